package io.dromon.node.writeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the writer gives, and what goes to the wire (chapter 05, sections 3, 6.5, 6.6 and 9.1). */
@Tag("unit")
final class WriteSetBuilderTest {
    private static final Originator ORIGINATOR =
            new Originator(new UUID(0x1122334455667788L, 0x99aabbccddeeff00L), 7, 8);

    @Test
    void sealsATransactionThatComesBack() throws MalformedMessageException {
        UnsentWriteSet built = new WriteSetBuilder()
                .exclusive("accounts", "42")
                .update("accounts", "43")
                .reference("banks", "1")
                .shared("rates")
                .data(text("change"))
                .basedOn(17)
                .build();

        ReceivedWriteSet writeSet =
                ReceivedWriteSet.decode(built.seal(6, KeyFormat.FLAT16A, ORIGINATOR, built.basedOn(), 99));

        assertThat(WriteSetVectors.paths(writeSet))
                .containsExactly(
                        "1:accounts", "3:accounts/42", "2:accounts/43", "1:banks", "1:banks/1", "0:rates", "1:0x00");
        assertThat(writeSet.data()).isEqualTo(text("change"));
        assertThat(writeSet.flags()).isEqualTo(WriteSetFlags.TRANSACTION);
        assertThat(writeSet.lastSeen()).isEqualTo(17);
        assertThat(writeSet.paRange()).isEqualTo(0xffff);
        assertThat(writeSet.timestampNs()).isEqualTo(99);
        assertThat(writeSet.source()).isEqualTo(ORIGINATOR.source());
        assertThat(writeSet.connection()).isEqualTo(7);
        assertThat(writeSet.transaction()).isEqualTo(8);
        assertThat(writeSet.bytes().length() % 8).isZero();
    }

    /** The first vector's statement, but for the parts of the header that are the database's. */
    @Test
    void writesTheBytesOfAGaleraNode() throws MalformedMessageException {
        ReceivedWriteSet captured = WriteSetVectors.decoded(1);
        UnsentWriteSet built = new WriteSetBuilder()
                .key(Key.of(KeyType.EXCLUSIVE, text("ws").toArray(), text("t1").toArray(), new byte[] {0, 1, 0, 0, 0}))
                .data(captured.data())
                .build();
        Originator originator = new Originator(captured.source(), captured.connection(), captured.transaction());

        Bytes sent = built.seal(6, KeyFormat.FLAT8, originator, captured.lastSeen(), captured.timestampNs());

        assertThat(sent).isEqualTo(captured.bytes());
    }

    /** Section 6.6: version 5 has no zero-level key. */
    @Test
    void leavesOutTheZeroLevelKeyInVersion5() throws MalformedMessageException {
        UnsentWriteSet built =
                new WriteSetBuilder().exclusive("t").data(text("x")).build();

        ReceivedWriteSet old = ReceivedWriteSet.decode(built.seal(5, KeyFormat.FLAT8, ORIGINATOR, 1, 2));
        ReceivedWriteSet current = ReceivedWriteSet.decode(built.seal(6, KeyFormat.FLAT8, ORIGINATOR, 1, 2));

        assertThat(old.version()).isEqualTo(5);
        assertThat(old.keys().count()).isEqualTo(1);
        assertThat(current.keys().count()).isEqualTo(2);
        assertThat(UnsentWriteSet.versionOf(10)).isEqualTo(5);
        assertThat(UnsentWriteSet.versionOf(11)).isEqualTo(6);
        assertThatIllegalArgumentException().isThrownBy(() -> UnsentWriteSet.versionOf(9));
        assertThatIllegalArgumentException().isThrownBy(() -> built.seal(4, KeyFormat.FLAT8, ORIGINATOR, 1, 2));
    }

    /** Section 8.10: without keys a write-set is ordered with everything. */
    @Test
    void marksWhatHasNoKeysAsUnsafeInParallel() throws MalformedMessageException {
        UnsentWriteSet built = new WriteSetBuilder().data(text("line")).build();

        ReceivedWriteSet current = ReceivedWriteSet.decode(built.seal(6, KeyFormat.FLAT8, ORIGINATOR, 1, 2));
        ReceivedWriteSet old = ReceivedWriteSet.decode(built.seal(5, KeyFormat.FLAT8, ORIGINATOR, 1, 2));

        assertThat(current.flags()).isEqualTo(WriteSetFlags.TRANSACTION | WriteSetFlags.PA_UNSAFE);
        assertThat(current.keys().count()).isEqualTo(1);
        assertThat(old.keys().count()).isZero();
        assertThat(old.data()).isEqualTo(text("line"));
    }

    /** An array that was sent may be on its way still: a second attempt must not write into it. */
    @Test
    void takesAnArrayOfItsOwnForEachAttempt() throws MalformedMessageException {
        UnsentWriteSet built =
                new WriteSetBuilder().update("t", "1").data(text("x")).build();

        Bytes first = built.seal(6, KeyFormat.FLAT8, ORIGINATOR, 1, 2);
        Bytes second = built.seal(6, KeyFormat.FLAT8, ORIGINATOR, 3, 4);

        assertThat(first.array()).isSameAs(built.data().array()).isNotSameAs(second.array());
        assertThat(ReceivedWriteSet.decode(first).lastSeen()).isEqualTo(1);
        assertThat(ReceivedWriteSet.decode(second).lastSeen()).isEqualTo(3);
        assertThat(second.skip(64)).isEqualTo(first.skip(64));
    }

    @Test
    void copiesTheDataWhenItIsBuilt() {
        byte[] given = {1, 2, 3};
        UnsentWriteSet built = new WriteSetBuilder().data(new Bytes(given)).build();
        given[0] = 9;

        assertThat(built.data().toArray()).containsExactly(1, 2, 3);
    }

    @Test
    void namesThePathOfAKeyPart() throws MalformedMessageException {
        UnsentWriteSet built = new WriteSetBuilder()
                .update("accounts", "42")
                .shared("rates", "EUR")
                .build();
        KeyCursor cursor = new KeyCursor()
                .over(ReceivedWriteSet.decode(built.seal(6, KeyFormat.FLAT8, ORIGINATOR, 1, 2))
                        .keys());

        List<String> paths = new ArrayList<>();
        while (cursor.next()) {
            paths.add(built.pathOf(cursor.first()).map(Key::text).orElse("-"));
        }

        assertThat(paths).containsExactly("accounts", "accounts/42", "rates", "rates/EUR", "-");
        assertThat(Key.text(List.of(text("a\nb"), new Bytes(new byte[] {-1})))).isEqualTo("0x610a62/0xff");
    }

    /** Section 9.1: header, 40 bytes a set, and all that was given. */
    @Test
    void countsItsSizeAsGalera() {
        UnsentWriteSet plain =
                new WriteSetBuilder().update("t").data(text("12345")).build();
        UnsentWriteSet noted = new WriteSetBuilder()
                .update("t")
                .data(text("12345"))
                .annotation(text("why"))
                .build();

        assertThat(plain.countedSize()).isEqualTo(64 + 3 * 40 + 2 * 8 + 5);
        assertThat(noted.countedSize()).isEqualTo(plain.countedSize() + 40 + 3);
    }

    @Test
    void refusesWhatCannotBeAWriteSet() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WriteSetBuilder().build())
                .withMessageContaining("at least one key or one byte");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WriteSetBuilder()
                        .update("t")
                        .annotation(text("why"))
                        .build())
                .withMessageContaining("go with data only");
        assertThatIllegalArgumentException().isThrownBy(() -> new WriteSetBuilder().basedOn(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new WriteSetBuilder().exclusive());
    }

    private static Bytes text(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
