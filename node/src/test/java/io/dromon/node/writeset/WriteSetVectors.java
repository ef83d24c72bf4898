package io.dromon.node.writeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The captured write-sets of chapter 05 section 12. */
final class WriteSetVectors {
    /** All that are whole. */
    static final List<String> WHOLE = List.of(
            "01-insert-pk.bin",
            "02-update-three-rows.bin",
            "03-update-primary-key.bin",
            "04-delete.bin",
            "05-toi-create-database.bin",
            "06-toi-create-table.bin",
            "07-fk-child-insert.bin",
            "08-fk-child-update-to-null.bin",
            "09-multi-table-with-shared-leaf.bin",
            "11-key-format-flat16.bin",
            "12-key-format-flat8a.bin",
            "13-key-format-flat16a.bin",
            "14-flat16a-unique-key.bin",
            "15-flat16a-no-primary-key-delete.bin",
            "16-flat16a-cascade-duplicate-keys.bin",
            "17-ctas-exclusive-table-key.bin",
            "18-sr-first-fragment.bin",
            "19-sr-middle-fragment.bin",
            "20-sr-commit-fragment.bin",
            "21-sr-rollback-fragment.bin",
            "22-keyset-1025-keys-long-header.bin",
            "23-ws-version5.bin",
            "24-ws-version4-toi.bin",
            "25-insert-pk.after-certification.bin");

    private static final int BLOB_LENGTH = 1_048_880;

    private WriteSetVectors() {}

    /** The bytes of a file. */
    static Bytes bytes(String name) {
        try (InputStream in = WriteSetVectors.class.getResourceAsStream("/vectors/write-sets/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no vector " + name);
            }
            return new Bytes(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The vector whose number is {@code number}, decoded. */
    static ReceivedWriteSet decoded(int number) throws MalformedMessageException {
        String prefix = String.format("%02d-", number);
        String name = WHOLE.stream()
                .filter(file -> file.startsWith(prefix))
                .findFirst()
                .orElseThrow();
        return ReceivedWriteSet.decode(bytes(name));
    }

    /** Vector 10 as it was sent: the row repeats eight letters to its end. */
    static Bytes blob() {
        byte[] head = bytes("10-blob-1mib.head4096.bin").toArray();
        byte[] whole = Arrays.copyOf(head, BLOB_LENGTH);
        int padding = 4;
        for (int i = head.length; i < BLOB_LENGTH - padding; i++) {
            whole[i] = whole[i - 8];
        }
        return new Bytes(whole);
    }

    /** Every whole vector, the blob too. */
    static List<Bytes> all() {
        List<Bytes> all = new ArrayList<>();
        WHOLE.forEach(name -> all.add(bytes(name)));
        all.add(blob());
        return all;
    }

    /** Key parts as the README writes them, {@code 1:25d3b4116c5802ac}: type and bytes of the hash as they were sent. */
    static List<String> parts(ReceivedWriteSet writeSet) {
        List<String> parts = new ArrayList<>();
        KeyCursor cursor = new KeyCursor().over(writeSet.keys());
        while (cursor.next()) {
            byte[] hash = new byte[8];
            LittleEndian.put64(hash, 0, cursor.first());
            parts.add(cursor.type().ordinal() + ":" + HexFormat.of().formatHex(hash));
        }
        assertThat(parts).hasSize(writeSet.keys().count());
        return parts;
    }

    /** The paths of an annotated key set: {@code 1:ws/t1}. */
    static List<String> paths(ReceivedWriteSet writeSet) {
        List<String> paths = new ArrayList<>();
        KeyCursor cursor = new KeyCursor().over(writeSet.keys());
        while (cursor.next()) {
            paths.add(cursor.type().ordinal() + ":" + Key.text(cursor.path()));
        }
        return paths;
    }
}
