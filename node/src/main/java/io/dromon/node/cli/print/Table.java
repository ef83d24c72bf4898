package io.dromon.node.cli.print;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;

/** Columns of text, laid out by picocli: each is as wide as its widest cell, two spaces apart. */
public final class Table {
    private static final int GAP = 2;

    private final int indent;
    private final List<String> headings = new ArrayList<>();
    /** For each column, whether its cells end at the same place, as numbers do. */
    private final List<Boolean> right = new ArrayList<>();

    private final List<List<String>> rows = new ArrayList<>();

    private Table(int indent) {
        this.indent = indent;
    }

    /** A table of these columns. */
    public static Table of(String... headings) {
        return indented(0, headings);
    }

    /** A table of these columns that stands so many spaces to the right. */
    public static Table indented(int indent, String... headings) {
        return new Table(indent).columns(false, headings);
    }

    /** Adds columns of numbers. */
    public Table numbers(String... more) {
        return columns(true, more);
    }

    private Table columns(boolean atTheirEnd, String... more) {
        for (String heading : more) {
            headings.add(heading);
            right.add(atTheirEnd);
        }
        return this;
    }

    /**
     * Adds a row. The last cell of a row with fewer cells than there are columns goes on through the others.
     *
     * @throws IllegalArgumentException if there are more cells than columns
     */
    public Table row(List<String> cells) {
        if (cells.size() > headings.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + headings.size() + " columns");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** As above. */
    public Table row(String... cells) {
        return row(List.of(cells));
    }

    /** Whether there is nothing to show but the headings. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The headings and the rows, each with a line feed. */
    @Override
    public String toString() {
        int[] widths = widths();
        List<Column> columns = new ArrayList<>();
        for (int width : widths) {
            int before = columns.isEmpty() ? indent : 0;
            columns.add(new Column(before + width + GAP, before, Column.Overflow.SPAN));
        }
        columns.add(new Column(beyond(widths) + 1, 0, Column.Overflow.SPAN));
        TextTable table = TextTable.forColumns(Help.defaultColorScheme(Ansi.OFF), columns.toArray(Column[]::new))
                .setAdjustLineBreaksForWideCJKCharacters(false);
        add(table, headings, widths);
        rows.forEach(row -> add(table, row, widths));
        return table.toString();
    }

    private int[] widths() {
        int[] widths = headings.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (row.size() == widths.length || i < row.size() - 1) {
                    widths[i] = Math.max(widths[i], row.get(i).length());
                }
            }
        }
        return widths;
    }

    /** How far the last cell of a short row goes beyond the last column. */
    private int beyond(int[] widths) {
        int most = 0;
        for (List<String> row : rows) {
            if (row.size() < widths.length) {
                int left = row.get(row.size() - 1).length();
                for (int i = row.size() - 1; i < widths.length; i++) {
                    left -= widths[i] + GAP;
                }
                most = Math.max(most, left);
            }
        }
        return most;
    }

    private void add(TextTable table, List<String> row, int[] widths) {
        table.addEmptyRow();
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i);
            boolean goesOn = row.size() < widths.length && i == row.size() - 1;
            int padding = right.get(i) && !goesOn ? widths[i] - cell.length() : 0;
            table.putValue(table.rowCount() - 1, i, literal(" ".repeat(padding) + cell));
        }
    }

    /** picocli takes what stands between <code>@|</code> and <code>|@</code> for a style, and leaves the signs out. */
    private static Text literal(String cell) {
        Text text = Ansi.OFF.new Text("");
        for (String part : cell.split("(?<=@)(?=\\|)", -1)) {
            text = text.concat(part);
        }
        return text;
    }
}
