package io.dromon.transport.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;

/** {@link CertificateRules} and {@link PeerPolicy} for the links of a group, for peers in both roles. */
final class PeerVerifier extends HandshakeVerifier {
    private final Trust trust;
    private final PeerPolicy policy;
    private final InstantSource clock;

    PeerVerifier(Trust trust, PeerPolicy policy, InstantSource clock, boolean openSsl) {
        super(openSsl);
        this.trust = trust;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * The rule that admits the peer.
     *
     * @throws Refused with the rule that it broke
     */
    String admit(Certificate[] presented, Role role) throws Refused {
        return admit(read(presented), role);
    }

    private String admit(List<X509Certificate> chain, Role role) throws Refused {
        try {
            return policy.admit(CertificateRules.check(chain, trust, role, clock.instant()));
        } catch (Refused refused) {
            throw switch (refused.rule()) {
                case UNKNOWN_CA, SELF_SIGNED ->
                    new Refused(refused.rule(), refused.getMessage() + TrustText.refusal(trust, chain));
                default -> refused;
            };
        }
    }

    @Override
    void verify(List<X509Certificate> presented, Role role) throws Refused {
        admit(presented, role);
    }
}
