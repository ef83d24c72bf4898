package io.dromon.transport.tls;

import io.dromon.transport.wire.PeerText;
import java.security.cert.CertPathValidatorException;

/** A certificate is not accepted. */
final class Refused extends CertPathValidatorException {
    /** Which rule a certificate broke; decides the kind of failure and the alert. */
    enum Rule {
        EXPIRED,
        NOT_YET_VALID,
        UNKNOWN_CA,
        SELF_SIGNED,
        PURPOSE,
        CHAIN_TOO_LONG,
        REVOKED,
        /** Trusted, but not one of those that belong here. */
        IDENTITY,
        INVALID
    }

    private static final long serialVersionUID = 1L;
    private final Rule rule;

    Refused(Rule rule, String message) {
        super(
                PeerText.printable(message), // it names what a peer chose
                null,
                null,
                -1,
                rule == Rule.EXPIRED
                        ? BasicReason.EXPIRED
                        : rule == Rule.NOT_YET_VALID ? BasicReason.NOT_YET_VALID : BasicReason.UNSPECIFIED);
        this.rule = rule;
    }

    Rule rule() {
        return rule;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
