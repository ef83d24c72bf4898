package io.dromon.transport.tls;

import io.dromon.transport.wire.PeerText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** TLS cannot be set up as configured. The text names each option or file and what to do. */
public final class TlsConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ArrayList<String> problems;
    private final ArrayList<String> notes = new ArrayList<>();

    public TlsConfigException(String message) {
        super(PeerText.lines(message));
        this.problems = new ArrayList<>(List.of(PeerText.lines(message)));
    }

    public TlsConfigException(String message, @Nullable Throwable cause) {
        super(PeerText.lines(message), cause);
        this.problems = new ArrayList<>(List.of(PeerText.lines(message)));
    }

    /** All that is wrong, one sentence each. */
    TlsConfigException(List<String> problems) {
        super(
                problems.size() == 1
                        ? PeerText.lines(problems.get(0))
                        : problems.size() + " problems with TLS:\n  " + String.join("\n  ", fit(problems)));
        this.problems = new ArrayList<>(fit(problems));
    }

    private static List<String> fit(List<String> problems) {
        return problems.stream().map(PeerText::lines).toList();
    }

    /** @param notes see {@link #notes} */
    TlsConfigException(List<String> problems, List<String> notes) {
        this(problems);
        this.notes.addAll(fit(notes));
    }

    /** The same in the words of another program. */
    public TlsConfigException worded(UnaryOperator<String> words) {
        TlsConfigException worded = new TlsConfigException(
                problems.stream().map(words).toList(), notes.stream().map(words).toList());
        worded.initCause(this);
        return worded;
    }

    /** What was noticed besides and is no reason for this, one sentence each. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** The same, and what else is wrong. */
    TlsConfigException and(List<String> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(problems);
        more.stream().filter(problem -> !all.contains(problem)).forEach(all::add);
        TlsConfigException both = new TlsConfigException(all, notes);
        both.initCause(getCause());
        return both;
    }

    /** Everything that is wrong, one sentence each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }
}
