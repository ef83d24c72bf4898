package io.dromon.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The provider-option string, {@code name = value; name=value} (chapter 01 section 10).
 *
 * <p>Blanks around names and values are cut off. A backslash takes the next character as it is. A value may stand in single
 * or double quotes, and then holds semicolons, blanks and equals signs. Empty entries are skipped. Names are not looked up
 * here.
 */
public final class ProviderOptions {
    /** One entry, as written. The value may be empty: {@code evs.evict=}. */
    public record Entry(String name, String value) {}

    private final String text;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int position;

    private ProviderOptions(String text) {
        this.text = text;
    }

    /**
     * Reads a string.
     *
     * @param problems gets a sentence for each entry that cannot be read; the others are returned all the same
     */
    public static List<Entry> parse(String text, List<String> problems) {
        ProviderOptions parser = new ProviderOptions(text);
        while (parser.position < text.length()) {
            parser.entry();
        }
        problems.addAll(parser.problems);
        return List.copyOf(parser.entries);
    }

    private void entry() {
        int start = position;
        Token name = token(true);
        boolean hasValue = position < text.length() && text.charAt(position) == '=';
        Token value = name;
        if (hasValue) {
            position++;
            value = token(false);
        }
        position++; // the semicolon, or one past the end
        String written =
                text.substring(start, Math.min(position - 1, text.length())).trim();
        if (written.isEmpty()) {
            return;
        }
        String where = name.text.isEmpty() ? "an entry" : "'" + name.text + "'";
        if (!name.problem.isEmpty() || !value.problem.isEmpty()) {
            problems.add(where + " has " + (name.problem.isEmpty() ? value.problem : name.problem));
        } else if (!hasValue) {
            problems.add(where + " has no value; write name=value; name=value");
        } else if (name.text.isEmpty()) {
            problems.add("a value stands without a name; write name=value; name=value");
        } else {
            entries.add(new Entry(name.text, value.text));
        }
    }

    private record Token(String text, String problem) {}

    /** Reads up to an unquoted semicolon, or equals sign in a name. */
    private Token token(boolean isName) {
        StringBuilder read = new StringBuilder();
        int kept = 0; // blanks at the end are cut off down to here: escaped and quoted ones stay
        String problem = "";
        boolean quoted = false;
        for (; position < text.length(); position++) {
            char c = text.charAt(position);
            if (c == ';' || (isName && c == '=')) {
                break;
            }
            if (c == '\\') {
                if (position + 1 == text.length()) {
                    problem = "a backslash at its end";
                    break;
                }
                position++;
                read.append(text.charAt(position));
                kept = read.length();
            } else if (!isName && (c == '"' || c == '\'') && read.length() == 0 && !quoted) {
                quoted = true;
                if (!quote(c, read)) {
                    problem = "a quote that is not closed";
                    break;
                }
                kept = read.length();
            } else if (Character.isWhitespace(c)) {
                if (read.length() > 0) {
                    read.append(c);
                }
            } else if (quoted) {
                problem = "text behind the closing quote";
            } else {
                read.append(c);
                kept = read.length();
            }
        }
        if (!problem.isEmpty() && !problem.startsWith("text")) {
            position = text.length();
        }
        read.setLength(kept);
        return new Token(read.toString(), problem);
    }

    /** Reads from the opening quote to the closing one, on which it stops; false if there is none. */
    private boolean quote(char quote, StringBuilder read) {
        for (position++; position < text.length(); position++) {
            char c = text.charAt(position);
            if (c == quote) {
                return true;
            }
            if (c == '\\' && position + 1 < text.length()) {
                position++;
                c = text.charAt(position);
            }
            read.append(c);
        }
        return false;
    }
}
