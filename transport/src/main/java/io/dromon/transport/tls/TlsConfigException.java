package io.dromon.transport.tls;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS cannot be set up as configured. The text names each option or file and what to do. */
public final class TlsConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ArrayList<String> problems;

    public TlsConfigException(String message) {
        super(message);
        this.problems = new ArrayList<>(List.of(message));
    }

    public TlsConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.problems = new ArrayList<>(List.of(message));
    }

    /** All that is wrong, one sentence each. */
    TlsConfigException(List<String> problems) {
        super(
                problems.size() == 1
                        ? problems.get(0)
                        : problems.size() + " problems with TLS:\n  " + String.join("\n  ", problems));
        this.problems = new ArrayList<>(problems);
    }

    /** Everything that is wrong, one sentence each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }
}
