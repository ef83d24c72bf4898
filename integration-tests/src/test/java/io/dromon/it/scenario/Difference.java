package io.dromon.it.scenario;

import java.util.ArrayList;
import java.util.List;

/** What differs between what a script expects and what was said, for a reader. */
final class Difference {
    private Difference() {}

    /**
     * The blocks that differ: place and commands, then the lines, with {@code -} before one that is only expected and
     * {@code +} before one that was only said.
     *
     * @param outputs what was said in each block
     * @return nothing if all is as expected
     */
    static List<String> of(Script script, List<List<String>> outputs) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Script.Block block = script.blocks().get(i);
            if (!block.expected().equals(outputs.get(i))) {
                lines.add(script.file() + ":" + block.commands().get(0).line());
                block.commands().forEach(command -> lines.add("  " + command.text()));
                lines.add("  ----");
                lines.addAll(of(block.expected(), outputs.get(i)));
            }
        }
        return lines;
    }

    /** Keeps the longest part that both have. */
    private static List<String> of(List<String> expected, List<String> said) {
        int[][] common = new int[expected.size() + 1][said.size() + 1];
        for (int i = expected.size() - 1; i >= 0; i--) {
            for (int j = said.size() - 1; j >= 0; j--) {
                common[i][j] = expected.get(i).equals(said.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < expected.size() || j < said.size()) {
            if (i < expected.size() && j < said.size() && expected.get(i).equals(said.get(j))) {
                lines.add("  " + said.get(j));
                i++;
                j++;
            } else if (j == said.size() || (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("- " + expected.get(i++));
            } else {
                lines.add("+ " + said.get(j++));
            }
        }
        return lines;
    }
}
