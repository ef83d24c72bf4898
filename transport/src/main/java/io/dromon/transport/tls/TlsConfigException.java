package io.dromon.transport.tls;

import java.util.List;

/** TLS cannot be set up as configured. The text names each option or file and what to do. */
public final class TlsConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    public TlsConfigException(String message) {
        super(message);
    }

    public TlsConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    /** All that is wrong, one sentence each. */
    TlsConfigException(List<String> problems) {
        super(
                problems.size() == 1
                        ? problems.get(0)
                        : problems.size() + " problems with TLS:\n  " + String.join("\n  ", problems));
    }
}
