package io.dromon.node.doctor;

import static io.dromon.node.doctor.Diagnosis.Level.FAIL;
import static io.dromon.node.doctor.Diagnosis.Level.OK;
import static io.dromon.node.doctor.Diagnosis.Level.WARNING;

import io.dromon.config.Address;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.PrimaryOptions;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.node.doctor.Diagnosis.PeerCertificate;
import io.dromon.node.engine.NodeSettings;
import io.dromon.transport.link.PeerInspection;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.recovery.SavedViewFile;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsContexts;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The check of the peers at the addresses of the cluster: whether this node and they would take each other. */
final class PeerCheck {
    private final NodeConfig config;
    private final ProtocolThread thread;
    private final Optional<TlsContexts> tls;
    /** The own files can be used, or are not needed. */
    private final boolean usable;

    private final boolean dynamic;

    PeerCheck(NodeConfig config, ProtocolThread thread, Optional<TlsContexts> tls, boolean usable) {
        this.config = config;
        this.thread = thread;
        this.tls = tls;
        this.usable = usable;
        this.dynamic = config.value(Options.SOCKET_DYNAMIC);
    }

    List<Diagnosis.Peer> run() {
        Map<Address, CompletableFuture<PeerInspection.Result>> inspections = new LinkedHashMap<>();
        List<Diagnosis.Peer> peers = new ArrayList<>();
        for (Address peer : config.peers()) {
            List<InetAddress> ips = NodeSettings.resolve(peer);
            if (ips.isEmpty()) {
                peers.add(peer(peer, "UNREACHABLE", WARNING, "the name cannot be resolved; the node would ask again"));
            }
            for (InetAddress ip : ips) {
                Address there = ips.size() == 1 ? peer : new Address(peer.scheme(), ip.getHostAddress(), peer.port());
                if (isSelf(ip, peer.port())) {
                    peers.add(peer(there, "SELF", OK, "this node's own address"));
                } else {
                    inspections.put(
                            there,
                            thread.inspect(
                                    NodeSettings.numeric(config, ip, peer.port()), NodeSettings.link(config), tls));
                }
            }
        }
        inspections.forEach((peer, inspection) -> peers.add(judge(peer, inspection.join())));
        boolean alone = peers.stream()
                .noneMatch(peer -> peer.finding().level() == OK && !peer.mode().equals("SELF"));
        boolean waits = config.value(PrimaryOptions.PC_RECOVERY)
                && Files.exists(config.dataDir().resolve(SavedViewFile.NAME));
        if (alone && !config.bootstrap() && !waits) {
            peers.add(new Diagnosis.Peer(
                    config.address().toString(),
                    "-",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    new Finding(
                            FAIL,
                            "cluster",
                            "no address leads to a node that this one could join by; start another node first, or a"
                                    + " new cluster with gcomm://")));
        }
        return peers;
    }

    private boolean isSelf(InetAddress ip, int port) {
        try {
            return port == config.listen().port() && NetworkInterface.getByInetAddress(ip) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private static Diagnosis.Peer peer(Address peer, String mode, Diagnosis.Level level, String text) {
        return new Diagnosis.Peer(
                peer.hostPort(),
                mode,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Finding(level, "peer", text));
    }

    private Diagnosis.Peer judge(Address peer, PeerInspection.Result seen) {
        Optional<TlsContexts.Judgement> judgement = seen.presented().isEmpty()
                ? Optional.empty()
                : tls.map(own -> own.judge(
                        seen.presented(),
                        NodeSettings.resolve(peer).stream().findFirst().map(InetAddress::getHostAddress),
                        Instant.now()));
        return new Diagnosis.Peer(
                peer.hostPort(),
                seen.mode().name(),
                seen.protocol().map(protocol -> protocol + " " + seen.cipher().orElse("")),
                seen.presented().stream().findFirst().map(leaf -> certificate(leaf, judgement)),
                seen.mode() == PeerInspection.Mode.TLS && tls.isPresent()
                        ? Optional.of(seen.admission().name())
                        : Optional.empty(),
                verdict(seen, judgement));
    }

    private static PeerCertificate certificate(X509Certificate leaf, Optional<TlsContexts.Judgement> judgement) {
        return new PeerCertificate(
                CertificateText.subject(leaf),
                CertificateText.issuer(leaf),
                CertificateText.serial(leaf),
                leaf.getNotAfter().toInstant().toString(),
                Fingerprints.of(leaf),
                judgement.map(TlsContexts.Judgement::admittedBy).orElse(""));
    }

    private Finding verdict(PeerInspection.Result seen, Optional<TlsContexts.Judgement> judgement) {
        return switch (seen.mode()) {
            case UNREACHABLE, SILENT -> new Finding(WARNING, "peer", seen.text());
            case OTHER -> new Finding(FAIL, "peer", seen.text());
            case PLAIN ->
                config.tls()
                        ? mismatch("the peer runs in plain text, this node TLS", "there", "here")
                        : new Finding(OK, "peer", "plain text, as this node");
            case TLS ->
                config.tls()
                        ? tlsPeer(seen, judgement)
                        : mismatch("the peer runs TLS, this node plain text", "here", "there");
        };
    }

    private Finding mismatch(String what, String tlsAt, String plainAt) {
        return dynamic
                ? new Finding(WARNING, "peer", what + "; let in while socket.dynamic is on")
                : new Finding(
                        FAIL,
                        "peer",
                        what + "; all nodes of a cluster use the same mode: set socket.ssl=YES, socket.ssl_cert and"
                                + " socket.ssl_key " + tlsAt + ", or socket.ssl=NO " + plainAt);
    }

    private Finding tlsPeer(PeerInspection.Result seen, Optional<TlsContexts.Judgement> judgement) {
        if (!usable) {
            return new Finding(WARNING, "peer", "TLS, as this node; no more can be said without this node's files");
        }
        List<String> wrong = new ArrayList<>();
        judgement
                .flatMap(TlsContexts.Judgement::refusal)
                .ifPresent(refusal -> wrong.add("this node would refuse it: " + refusal));
        if (seen.admission() == PeerInspection.Admission.NO) {
            wrong.add("it would refuse this node: " + seen.text());
        }
        if (!wrong.isEmpty()) {
            return new Finding(FAIL, "peer", String.join("; ", wrong));
        }
        return seen.admission() == PeerInspection.Admission.YES && judgement.isPresent()
                ? new Finding(OK, "peer", "both would accept each other")
                : new Finding(WARNING, "peer", seen.text());
    }
}
