package io.dromon.node.doctor;

import static io.dromon.node.doctor.Diagnosis.Level.FAIL;
import static io.dromon.node.doctor.Diagnosis.Level.OK;
import static io.dromon.node.doctor.Diagnosis.Level.WARNING;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.credentials.ExpiryRules;
import io.dromon.node.credentials.TlsFileSwap;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Key, certificates and trust of one channel, loaded as a start loads them. */
final class MaterialCheck {
    private MaterialCheck() {}

    /**
     * @param words the names of the channel's options
     * @return what the files hold, the caller's to close; empty if they cannot be used
     */
    static Optional<TlsContexts> run(TlsSettings settings, List<Finding> findings, UnaryOperator<String> words) {
        if (TlsFileSwap.isUnfinished(settings)) {
            findings.add(Finding.named(
                    FAIL,
                    "TLS",
                    "a step of a rotation was cut off between its files; the next start of the node finishes or undoes it;"
                            + " start the node, or see which of " + settings.key() + " and " + settings.certificate()
                            + " belong together"));
            return Optional.empty();
        }
        TlsContexts contexts;
        try {
            contexts = TlsContexts.load(1, settings);
        } catch (TlsConfigException raw) {
            TlsConfigException e = raw.worded(words);
            e.problems().forEach(problem -> findings.add(Finding.named(FAIL, "TLS", problem)));
            e.notes().forEach(note -> findings.add(Finding.named(WARNING, "TLS", note)));
            return Optional.empty();
        }
        certificates(contexts.generation(), contexts, words, findings);
        findings.add(new Finding(
                OK, "TLS", contexts.provider() + ", " + String.join(" and ", settings.protocols()) + " allowed"));
        List<String> others = new ArrayList<>(contexts.warnings());
        others.removeAll(contexts.refusals());
        others.forEach(warning -> findings.add(Finding.named(WARNING, "TLS", words.apply(warning))));
        return Optional.of(contexts);
    }

    private static void certificates(
            TlsGeneration generation, TlsContexts contexts, UnaryOperator<String> words, List<Finding> findings) {
        X509Certificate own = generation.certificate();
        findings.add(new Finding(
                OK, "key", own.getPublicKey().getAlgorithm() + ", is the key of the certificate; one in its file"));
        findings.add(new Finding(
                OK,
                "certificate",
                CertificateText.subject(own) + ", serial " + CertificateText.serial(own) + ", issued by "
                        + CertificateText.issuer(own) + "; "
                        + generation.chain().size() + " sent"));
        if (contexts.refusals().isEmpty()) {
            findings.add(new Finding(
                    OK,
                    "chain, usage",
                    "nodes with this trust and these rules accept it, as TLS server and as client"));
        }
        contexts.refusals().forEach(refusal -> findings.add(Finding.named(FAIL, "certificate", words.apply(refusal))));
        findings.addAll(expiry(generation, Instant.now()));
        findings.add(new Finding(
                OK,
                "trust",
                Fingerprints.ofSet(generation.anchors()) + ": "
                        + String.join(
                                " | ",
                                generation.anchors().stream()
                                        .map(CertificateText::subject)
                                        .toList())));
    }

    private static List<Finding> expiry(TlsGeneration generation, Instant now) {
        List<Finding> findings = new ArrayList<>();
        List<CertificateExpiry> certificates = ExpiryRules.of(generation);
        for (CertificateExpiry certificate : certificates) {
            boolean fatal = certificate.isVital() && now.isAfter(certificate.notAfter());
            ExpiryRules.warning(certificate, now)
                    .ifPresent(text -> findings.add(new Finding(fatal ? FAIL : WARNING, "dates", text)));
        }
        if (findings.isEmpty()) {
            Instant first = certificates.stream()
                    .filter(CertificateExpiry::isVital)
                    .map(CertificateExpiry::notAfter)
                    .min(Instant::compareTo)
                    .orElseThrow();
            findings.add(new Finding(OK, "dates", "valid until " + first));
        }
        return findings;
    }

    /** Who is let in, by the rules of a node. */
    static Finding identity(TlsSettings settings, TlsContexts contexts, Instant now) {
        TlsGeneration generation = contexts.generation();
        if (settings.peers().identity()) {
            String rule =
                    contexts.judge(generation.chain(), Optional.empty(), now).admittedBy();
            return new Finding(
                    OK,
                    "identity",
                    "tls.verify=identity" + (rule.isEmpty() ? "" : "; this node itself would be let in by " + rule));
        }
        if (generation.anchors().equals(List.of(generation.certificate()))) {
            return new Finding(OK, "identity", "one pair on all nodes: whoever has its key is a member");
        }
        return new Finding(
                WARNING,
                "identity",
                "no rule is set: any certificate of a trusted CA is let in, whatever it was made for; set tls.valid_ous,"
                        + " tls.valid_cns, tls.valid_sans, tls.valid_fingerprints or tls.client_ca.ORG");
    }
}
