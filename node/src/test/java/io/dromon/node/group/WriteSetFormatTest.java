package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which write-sets a node may read and write in a group (chapter 04, section 2). */
@Tag("unit")
final class WriteSetFormatTest {
    private static final GroupVersions DATABASES = new GroupVersions(5, 11, 4);
    private static final GroupVersions OPAQUE_NODES = new GroupVersions(5, 127, 127);

    @Test
    void opaqueBytesGoWhereNobodyLooksIntoThem() {
        assertThat(WriteSetFormat.OPAQUE.isWritable(OPAQUE_NODES)).isTrue();
        assertThat(WriteSetFormat.OPAQUE.isWritable(DATABASES)).isFalse();
    }

    @Test
    void whoLooksIntoNothingCanBeInAnyGroup() {
        assertThat(WriteSetFormat.OPAQUE.isReadable(OPAQUE_NODES)).isTrue();
        assertThat(WriteSetFormat.OPAQUE.isReadable(DATABASES)).isTrue();
    }

    @Test
    void aDatabaseReadsNoLaterVersion() {
        assertThat(WriteSetFormat.GALERA.isReadable(DATABASES)).isTrue();
        assertThat(WriteSetFormat.GALERA.isReadable(new GroupVersions(5, 12, 4)))
                .isFalse();
        assertThat(WriteSetFormat.GALERA.isReadable(new GroupVersions(5, 11, 5)))
                .isFalse();
        assertThat(WriteSetFormat.GALERA.isWritable(DATABASES)).isTrue();
    }

    @Test
    void nothingSpeaksAgainstAFormatBeforeThereIsAnAgreement() {
        assertThat(WriteSetFormat.OPAQUE.isWritable(GroupVersions.NONE)).isTrue();
    }
}
