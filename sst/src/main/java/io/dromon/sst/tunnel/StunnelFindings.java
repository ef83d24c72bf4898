package io.dromon.sst.tunnel;

import io.dromon.config.ConfigProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The findings in a file in stunnel's format, each with its line: problems, and notes on what is odd and how it is
 * taken.
 */
final class StunnelFindings {
    private final Path file;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    StunnelFindings(Path file) {
        this.file = file;
    }

    List<ConfigProblem> problems() {
        return problems;
    }

    List<String> notes() {
        return notes;
    }

    void problem(int line, String text) {
        ConfigProblem problem = new ConfigProblem(place(line), text);
        // What stands before the first section is looked at once per service.
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void note(int line, String text) {
        String note = place(line) + ": " + text;
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    private String place(int line) {
        return file + ":" + line;
    }
}
