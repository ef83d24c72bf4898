package io.dromon.node.cli.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dromon.node.doctor.Diagnosis;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A diagnosis as {@code dromon doctor --json} prints it. What is not known is left out.
 *
 * @param coldStart {@code works} or {@code fails}
 */
record DoctorDocument(String coldStart, List<Channel> channels, List<Peer> peers) {
    /** A channel of the node. */
    record Channel(
            String name, String mode, List<Diagnosis.Value> options, List<UsedFile> files, List<Finding> findings) {}

    /** A file of a channel. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UsedFile(
            String option,
            String path,
            String source,
            String mode,
            String owner,
            @Nullable String target) {}

    /** One thing that was looked at; the level is {@code ok}, {@code warning} or {@code fail}. */
    record Finding(String level, String check, String text) {}

    /** What answers at an address, with its verdict. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Peer(
            String address,
            String mode,
            @Nullable String tls,
            Diagnosis.@Nullable PeerCertificate certificate,
            @Nullable String admitsUs,
            String level,
            String check,
            String text) {}

    static DoctorDocument of(Diagnosis diagnosis) {
        return new DoctorDocument(
                diagnosis.wouldFail() ? "fails" : "works",
                diagnosis.channels().stream().map(DoctorDocument::channel).toList(),
                diagnosis.peers().stream().map(DoctorDocument::peer).toList());
    }

    private static Channel channel(Diagnosis.Channel channel) {
        return new Channel(
                channel.name(),
                channel.mode(),
                channel.values(),
                channel.files().stream().map(DoctorDocument::file).toList(),
                channel.findings().stream()
                        .map(finding -> new Finding(level(finding), finding.check(), finding.text()))
                        .toList());
    }

    private static UsedFile file(Diagnosis.Used file) {
        return new UsedFile(
                file.option(),
                file.file().toString(),
                file.source(),
                file.mode(),
                file.owner(),
                file.target().map(Path::toString).orElse(null));
    }

    private static Peer peer(Diagnosis.Peer peer) {
        return new Peer(
                peer.configured(),
                peer.mode(),
                peer.tls().orElse(null),
                peer.certificate().orElse(null),
                peer.admitsUs().map(admits -> admits.toLowerCase(Locale.ROOT)).orElse(null),
                level(peer.finding()),
                peer.finding().check(),
                peer.finding().text());
    }

    private static String level(Diagnosis.Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }
}
