package io.dromon.node.certification;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares the verdicts of the members by their digests ({@link Certification#keptDigest}). Each member tells its own with
 * its write-sets; once one differs, all that have not told theirs do. Who cannot be in the majority must leave: its state is
 * not the group's.
 *
 * <p>What members tell comes in the group's order, so that all come to the same finding. Where the members are divided
 * equally, those stay that agree with the first of them in the view. Not thread-safe.
 */
public final class DigestComparison {
    /** What a digest that was told leads to. */
    public enum Finding {
        /** Nothing new. */
        NONE,
        /** Members differ, for the first time at this seqno; it is not known yet who leaves, or others do. */
        DIVERGENCE,
        /** This node is in the minority. */
        MINORITY
    }

    private final UUID self;
    private List<UUID> members = List.of();
    private final Map<UUID, Long> told = new HashMap<>();
    private Digest own = new Digest(-1, 0);
    private boolean diverged;

    public DigestComparison(UUID self) {
        this.self = self;
    }

    /**
     * A primary configuration: digests start anew.
     *
     * @param certifying the members that certify, in the order of the view, this node among them
     */
    public void changeConfiguration(List<UUID> certifying) {
        members = List.copyOf(certifying);
        begin(new Digest(-1, 0));
    }

    private void begin(Digest digest) {
        own = digest;
        told.clear();
        diverged = false;
    }

    /**
     * A member has told its digest, this node too. Digests of another seqno than the own one are not compared.
     *
     * @param ownDigest of this node now
     */
    public Finding onDigest(UUID member, Digest digest, Digest ownDigest) {
        if (ownDigest.seqno() != own.seqno()) {
            begin(ownDigest);
        }
        if (digest.seqno() != own.seqno() || !members.contains(member)) {
            return Finding.NONE;
        }
        Long before = told.get(member);
        if (before != null && before == digest.value()) {
            return Finding.NONE;
        }
        told.put(member, digest.value());
        boolean isNew = !diverged && digest.value() != own.value();
        diverged |= isNew;
        if (diverged && isOutnumbered()) {
            return Finding.MINORITY;
        }
        return isNew ? Finding.DIVERGENCE : Finding.NONE;
    }

    /** Whether the others wait for the digest of this node. */
    public boolean owesDigest() {
        return diverged && !told.containsKey(self);
    }

    /** Those that have not told count for this node, except for this node itself, whose digest is known. */
    private boolean isOutnumbered() {
        Map<Long, Integer> votes = new HashMap<>();
        int agree = 0;
        int silent = 0;
        for (UUID member : members) {
            Long value = member.equals(self) ? Long.valueOf(own.value()) : told.get(member);
            if (value == null) {
                silent++;
            } else if (value == own.value()) {
                agree++;
            } else {
                votes.merge(value, 1, Integer::sum);
            }
        }
        int most = votes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return most > agree + silent || (silent == 0 && most == agree && !agreesWithFirst(votes, most));
    }

    /** Of several groups that are the largest, the one with the member that stands first. */
    private boolean agreesWithFirst(Map<Long, Integer> votes, int most) {
        for (UUID member : members) {
            long value = member.equals(self) ? own.value() : told.getOrDefault(member, own.value());
            if (value == own.value()) {
                return true;
            } else if (votes.getOrDefault(value, 0) == most) {
                return false;
            }
        }
        return true;
    }

    /** The digests that are known, for people: {@code n1, n2: 00ff...; n3: 1234...}. */
    public String text(Function<UUID, String> names) {
        Map<Long, List<String>> byValue = new TreeMap<>();
        for (UUID member : members) {
            Long value = member.equals(self) ? Long.valueOf(own.value()) : told.get(member);
            if (value != null) {
                byValue.computeIfAbsent(value, any -> new ArrayList<>()).add(names.apply(member));
            }
        }
        return "at number " + own.seqno() + " the verdicts of "
                + byValue.entrySet().stream()
                        .map(entry -> String.join(", ", entry.getValue()) + " have the digest "
                                + HexFormat.of().toHexDigits(entry.getKey()))
                        .collect(Collectors.joining(", those of "));
    }
}
