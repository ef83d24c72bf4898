package io.dromon.node.doctor;

import io.dromon.transport.wire.PeerText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The findings of {@link Doctor}.
 *
 * @param channels the channels of the node: its configuration as a whole, the group, state transfer, the admin listener
 * @param peers what answers at the addresses of the cluster; empty if they were not asked
 */
public record Diagnosis(List<Channel> channels, List<Peer> peers) {
    public Diagnosis {
        channels = List.copyOf(channels);
        peers = List.copyOf(peers);
    }

    /** How much it matters. */
    public enum Level {
        OK,
        /** The node starts and works; an operator should look at it. */
        WARNING,
        /** The node, or the cluster, would not start like this. */
        FAIL
    }

    /** One thing that was checked. */
    public record Finding(Level level, String check, String text) {
        public Finding {
            text = PeerText.lines(text);
        }

        /** A text that may begin with what it is about, an option or a place, taken apart there. */
        static Finding named(Level level, String otherwise, String text) {
            int colon = text.indexOf(": ");
            String head = colon < 0 ? "" : text.substring(0, colon);
            return head.isEmpty() || head.contains(" ")
                    ? new Finding(level, otherwise, text)
                    : new Finding(level, head, text.substring(colon + 2));
        }
    }

    /**
     * An option that counts for a channel.
     *
     * @param source {@code FILE:LINE}, {@code command line}, {@code default}, ...
     */
    public record Value(String option, String value, String source) {}

    /**
     * A file of a channel.
     *
     * @param mode as {@code ls} shows it, empty if the file cannot be looked at
     * @param target where it really is, if links lead to it
     */
    public record Used(String option, Path file, String source, String mode, String owner, Optional<Path> target) {
        static Used of(String option, Path file, String source) {
            Path absolute = file.toAbsolutePath().normalize();
            String mode = "";
            String owner = "";
            try {
                PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
                mode = PosixFilePermissions.toString(attributes.permissions());
                owner = attributes.owner().getName();
            } catch (IOException | UnsupportedOperationException e) {
                mode = Files.exists(file) ? "?" : ""; // reading it says what is wrong
            }
            Optional<Path> target = Optional.empty();
            try {
                Path real = file.toRealPath();
                boolean linked = !real.equals(absolute.toRealPath(LinkOption.NOFOLLOW_LINKS));
                target = linked ? Optional.of(real) : Optional.empty();
            } catch (IOException e) {
                target = Optional.empty();
            }
            return new Used(option, absolute, source, mode, owner, target);
        }
    }

    /**
     * A channel.
     *
     * @param mode {@code TLS}, {@code PLAIN TEXT}, or a sentence
     */
    public record Channel(String name, String mode, List<Value> values, List<Used> files, List<Finding> findings) {
        public Channel {
            values = List.copyOf(values);
            files = List.copyOf(files);
            findings = List.copyOf(findings);
        }
    }

    /**
     * What a peer presents.
     *
     * @param admittedBy the rule that would let it in here, empty if none does
     */
    public record PeerCertificate(
            String subject, String issuer, String serial, String notAfter, String fingerprint, String admittedBy) {}

    /**
     * An address of the cluster.
     *
     * @param configured as it stands in the configuration
     * @param mode {@code PLAIN}, {@code TLS}, {@code SILENT}, {@code OTHER}, {@code UNREACHABLE}, {@code SELF}
     * @param tls version and suite; empty if TLS was not completed
     * @param certificate empty in plain text
     * @param admitsUs {@code YES}, {@code NO} or {@code UNKNOWN}; empty where it is no question
     * @param finding the verdict
     */
    public record Peer(
            String configured,
            String mode,
            Optional<String> tls,
            Optional<PeerCertificate> certificate,
            Optional<String> admitsUs,
            Finding finding) {}

    /** Whether a cold start would fail; warnings do not make it fail. */
    public boolean wouldFail() {
        return channels.stream().flatMap(channel -> channel.findings.stream()).anyMatch(Diagnosis::fails)
                || peers.stream().anyMatch(peer -> fails(peer.finding));
    }

    private static boolean fails(Finding finding) {
        return finding.level == Level.FAIL;
    }
}
