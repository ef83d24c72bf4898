package io.dromon.it.repository;

import java.util.ArrayList;
import java.util.List;

/**
 * The comments of a Java file. {@link #text} is as long as the file, so that a position in it is one in the file: what is
 * no comment is {@link #CODE} or white space, and so are the marks of the comments themselves.
 */
final class Comments {
    /** Stands for what is no comment; no pattern runs across it. */
    static final char CODE = '\0';

    /** A range of {@link #text}; line comments on lines that follow each other are one. */
    record Comment(int start, int end) {}

    private final String source;
    private final StringBuilder text;
    private final List<Comment> all = new ArrayList<>();

    private Comments(String source) {
        this.source = source;
        this.text = new StringBuilder(source.length());
        for (int i = 0; i < source.length(); i++) {
            text.append(Character.isWhitespace(source.charAt(i)) ? source.charAt(i) : CODE);
        }
    }

    static Comments of(String source) {
        Comments comments = new Comments(source);
        comments.read();
        return comments;
    }

    String text() {
        return text.toString();
    }

    List<Comment> all() {
        return all;
    }

    private void read() {
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (source.startsWith("//", at)) {
                at = lineComment(at);
            } else if (source.startsWith("/*", at)) {
                at = blockComment(at);
            } else if (source.startsWith("\"\"\"", at)) {
                at = behind("\"\"\"", at + 3);
            } else if (c == '"' || c == '\'') {
                at = literal(at);
            } else {
                at++;
            }
        }
    }

    private int lineComment(int start) {
        int newline = source.indexOf('\n', start);
        int end = newline < 0 ? source.length() : newline;
        copy(start + 2, end);
        Comment before = all.isEmpty() ? null : all.get(all.size() - 1);
        if (before != null && continues(before, start)) {
            all.set(all.size() - 1, new Comment(before.start, end));
        } else {
            all.add(new Comment(start, end));
        }
        return end;
    }

    /** Whether both are line comments, alone on lines that follow each other. */
    private boolean continues(Comment before, int start) {
        String between = source.substring(before.end, start);
        int lineStart = source.lastIndexOf('\n', before.start) + 1;
        return source.startsWith("//", before.start)
                && between.isBlank()
                && between.indexOf('\n') == between.lastIndexOf('\n')
                && source.substring(lineStart, before.start).isBlank();
    }

    private int blockComment(int start) {
        int end = behind("*/", start + 2);
        copy(start + 2, Math.max(start + 2, end - 2));
        boolean lineBegins = true;
        for (int i = start + 2; i < end; i++) {
            char c = source.charAt(i);
            if (c == '*' && lineBegins) {
                text.setCharAt(i, ' ');
            } else if (c == '\n') {
                lineBegins = true;
            } else if (!Character.isWhitespace(c)) {
                lineBegins = false;
            }
        }
        all.add(new Comment(start, end));
        return end;
    }

    private void copy(int from, int to) {
        for (int i = from - 2; i < from; i++) {
            text.setCharAt(i, ' ');
        }
        for (int i = from; i < to; i++) {
            text.setCharAt(i, source.charAt(i));
        }
        for (int i = to; i < to + 2 && source.startsWith("*/", to); i++) {
            text.setCharAt(i, ' ');
        }
    }

    private int behind(String mark, int from) {
        int at = source.indexOf(mark, from);
        return at < 0 ? source.length() : at + mark.length();
    }

    private int literal(int start) {
        int at = start + 1;
        while (at < source.length() && source.charAt(at) != source.charAt(start)) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
