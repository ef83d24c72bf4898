package io.dromon.node.credentials;

import io.dromon.node.ClusterView;
import io.dromon.node.NodeException;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The check whether a step of a rotation of certification authorities can be done now. The evidence is TLS itself, so
 * it is true of Galera nodes as well: a peer that lets this node in with the new certificate trusts the new authority,
 * and a peer that presents a certificate of the new authority has it.
 *
 * <ol>
 *   <li>{@code TRUST_BOTH}: no trusted certificate is dropped;
 *   <li>{@code PRESENT_NEW}: each member of the group lets this node in with the new certificate;
 *   <li>{@code DROP_OLD}: what each member presents on its link is still trusted without the old authority.
 * </ol>
 */
public final class CaRotation {
    /** The steps, in their order. */
    public enum Step {
        TRUST_BOTH("trust-both"),
        PRESENT_NEW("present-new"),
        DROP_OLD("drop-old");

        final String word;

        Step(String word) {
            this.word = word;
        }

        public static Optional<Step> of(String word) {
            for (Step step : values()) {
                if (step.word.equals(word)) {
                    return Optional.of(step);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * A member of the group, and its established link if there is one.
     *
     * @param presented its certificates, its own first; empty in plain text
     */
    public record Peer(String name, Optional<String> address, List<X509Certificate> presented) {}

    private CaRotation() {}

    /** Whether a peer takes what other contexts present, {@link NettyLinks#tryOut}. */
    interface Trial {
        CompletableFuture<Optional<LinkFailure>> tryOut(String address, TlsContexts candidate);
    }

    /** All members but this node. */
    public static List<Peer> peers(
            List<ClusterView.Member> members,
            UUID self,
            List<MeshLinkStatus> links,
            Map<Long, List<X509Certificate>> presented) {
        List<Peer> peers = new ArrayList<>();
        for (ClusterView.Member member : members) {
            if (!member.uuid().equals(self)) {
                Optional<MeshLinkStatus> link = links.stream()
                        .filter(other -> other.peer().equals(member.uuid()) && other.state() == MeshLinkState.OK)
                        .findFirst();
                peers.add(new Peer(
                        member.name(),
                        link.map(MeshLinkStatus::address),
                        link.map(other -> presented.getOrDefault(other.link(), List.of()))
                                .orElse(List.of())));
            }
        }
        return peers;
    }

    /** The files of a step: what is staged beside the current ones, with {@code .next} behind their names. */
    static TlsSettings staged(Step step, TlsSettings settings) {
        if (settings.ca().isEmpty()) {
            throw refused(
                    step,
                    List.of("socket.ssl_ca is not set: there is no authority to change. Name one on all nodes"
                            + " first; it may hold the certificates of socket.ssl_cert"));
        }
        return step == Step.PRESENT_NEW
                ? settings.withFiles(
                        TlsFileSwap.next(settings.certificate()),
                        TlsFileSwap.next(settings.key()),
                        settings.ca().orElseThrow())
                : settings.withFiles(
                        settings.certificate(),
                        settings.key(),
                        TlsFileSwap.next(settings.ca().orElseThrow()));
    }

    /**
     * @param next contexts of the staged files
     * @throws NodeException with each member that the step has to wait for
     */
    static void check(Step step, TlsGeneration now, TlsContexts next, List<Peer> peers, Trial trial, Instant instant) {
        List<String> wrong = new ArrayList<>(next.generation().warnings(instant));
        Set<X509Certificate> dropped = new HashSet<>(now.anchors());
        next.generation().anchors().forEach(dropped::remove);
        if (step != Step.DROP_OLD && !dropped.isEmpty()) {
            dropped.forEach(
                    anchor -> wrong.add("\"" + CertificateText.subject(anchor) + "\" would not be trusted any more"));
        }
        for (Peer peer : step == Step.TRUST_BOTH ? List.<Peer>of() : peers) {
            if (peer.address.isEmpty()) {
                wrong.add("member " + peer.name + " cannot be asked: there is no link to it, others relay; see"
                        + " dromon status, and wait until this node is linked to it");
            } else if (step == Step.PRESENT_NEW) {
                trial.tryOut(peer.address.get(), next)
                        .join()
                        .map(LinkFailure::message)
                        .ifPresent(message -> wrong.add("member " + peer.name
                                + " does not trust the new certificate (do trust-both there first): " + message));
            } else if (step == Step.DROP_OLD) {
                next.judge(peer.presented, Optional.empty(), instant)
                        .refusal()
                        .ifPresent(message -> wrong.add("member " + peer.name
                                + " does not present a certificate that is still trusted (do present-new there first): "
                                + message));
            }
        }
        if (!wrong.isEmpty()) {
            throw refused(step, wrong);
        }
    }

    private static NodeException refused(Step step, List<String> wrong) {
        return new NodeException(
                NodeException.Reason.REFUSED, "rotate " + step.word + " is refused: " + String.join("; ", wrong));
    }
}
