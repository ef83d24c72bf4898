package io.dromon.transport.tls.pem;

/** A key or certificate file that cannot be used. The text names the file and what to do; it holds no key material. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    public PemException(String message) {
        super(message);
    }

    public PemException(String message, Throwable cause) {
        super(message, cause);
    }
}
