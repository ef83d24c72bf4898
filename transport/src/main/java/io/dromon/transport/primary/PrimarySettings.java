package io.dromon.transport.primary;

/**
 * The {@code pc.*} options that the core needs (chapter 03 section 11).
 *
 * @param weight {@code pc.weight}, 0 to 255
 * @param segment {@code gmcast.segment}, 0 to 255
 * @param npvo {@code pc.npvo}: of two primary components that meet, the smaller view id survives, not the greater
 * @param ignoreSplitBrain {@code pc.ignore_sb}: exactly half of the weight is quorum
 * @param ignoreQuorum {@code pc.ignore_quorum}: anything is quorum
 * @param checksum {@code pc.checksum}: user messages carry a CRC-16, and it is checked where others send one
 */
public record PrimarySettings(
        int weight, int segment, boolean npvo, boolean ignoreSplitBrain, boolean ignoreQuorum, boolean checksum) {
    public PrimarySettings {
        if (weight < 0 || weight > 255) {
            throw new IllegalArgumentException("pc.weight is " + weight + ", it must be 0 to 255");
        }
        if (segment < 0 || segment > 255) {
            throw new IllegalArgumentException("gmcast.segment is " + segment + ", it must be 0 to 255");
        }
    }

    /** Galera's defaults. */
    public static PrimarySettings defaults() {
        return new PrimarySettings(1, 0, false, false, false, false);
    }
}
