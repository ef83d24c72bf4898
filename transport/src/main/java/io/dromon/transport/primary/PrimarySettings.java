package io.dromon.transport.primary;

/**
 * The {@code pc.*} options that the core needs (chapter 03 section 11).
 *
 * @param weight {@code pc.weight}, 0 to 255
 * @param segment {@code gmcast.segment}
 */
public record PrimarySettings(
        int weight, int segment, boolean npvo, boolean ignoreSplitBrain, boolean ignoreQuorum, boolean checksum) {
    /** Galera's defaults. */
    public static PrimarySettings defaults() {
        return new PrimarySettings(1, 0, false, false, false, false);
    }
}
