package io.dromon.it.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * The text of a script: lines of comment, and blocks of commands with what is expected to be said below a rule.
 *
 * <pre>
 * # A comment tells the story.
 * command arguments
 * another command
 * ----
 * expected output, up to an empty line
 * </pre>
 *
 * @param file name of the file, for messages
 * @param blocks the blocks in their order
 * @param end comment behind the last block
 */
record Script(String file, List<Block> blocks, List<String> end) {
    private static final String RULE = "----";

    /**
     * One command.
     *
     * @param line its number in the file, from 1
     * @param text the whole line
     */
    record Command(int line, String text) {}

    /**
     * Commands with one output.
     *
     * @param before comment and empty lines before the commands
     * @param commands at least one
     * @param expected what the file expects to be said
     */
    record Block(List<String> before, List<Command> commands, List<String> expected) {}

    static Script parse(String file, String text) {
        List<String> lines = text.lines().toList();
        List<Block> blocks = new ArrayList<>();
        List<String> before = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at).strip();
            at++;
            if (line.equals(RULE)) {
                if (commands.isEmpty()) {
                    throw new ScriptException(file, at, "a rule without a command above it");
                }
                List<String> expected = new ArrayList<>();
                while (at < lines.size() && !lines.get(at).isBlank()) {
                    expected.add(lines.get(at).stripTrailing());
                    at++;
                }
                blocks.add(new Block(before, commands, expected));
                before = new ArrayList<>();
                commands = new ArrayList<>();
                at++; // the empty line ends the output
            } else if (line.isEmpty() || line.startsWith("#")) {
                if (!commands.isEmpty()) {
                    throw new ScriptException(file, at, "a command without a rule (" + RULE + ") below it");
                }
                before.add(line);
            } else {
                commands.add(new Command(at, line));
            }
        }
        if (!commands.isEmpty()) {
            throw new ScriptException(file, at, "a command without a rule (" + RULE + ") below it");
        }
        return new Script(file, blocks, before);
    }

    /** The same script with other outputs, one for each block. */
    String render(List<List<String>> outputs) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (i > 0) {
                lines.add("");
            }
            lines.addAll(block.before());
            block.commands().forEach(command -> lines.add(command.text()));
            lines.add(RULE);
            lines.addAll(outputs.get(i));
        }
        if (!end.isEmpty()) {
            lines.add("");
            lines.addAll(end);
        }
        return String.join("\n", lines) + "\n";
    }
}
