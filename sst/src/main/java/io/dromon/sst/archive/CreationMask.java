package io.dromon.sst.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which bits of a mode this process cannot set when it creates a file: its umask. */
final class CreationMask {
    /** All bits where it is not known. */
    static final int VALUE = read();

    private CreationMask() {}

    private static int read() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Umask:")) {
                    return Integer.parseInt(line.substring(6).strip(), 8);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0777; // each mode is set afterwards then
        }
        return 0777;
    }
}
