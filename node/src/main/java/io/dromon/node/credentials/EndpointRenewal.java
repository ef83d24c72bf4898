package io.dromon.node.credentials;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.NodeException;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps key, certificates and trust of a listener of its own current, as {@link TlsRenewal} does for the links of the group:
 * on command, and when two looks at the files agree that they have changed. What cannot be used is refused, and what was
 * used before stays. Any thread; {@link Swap} is called within the lock of this object.
 */
public final class EndpointRenewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointRenewal.class);

    /** Has new connections use another endpoint. Whoever had the one before may be using it until this returns. */
    public interface Swap {
        void use(TlsEndpoint next);
    }

    private final String name;
    private final TlsSettings settings;
    private final Function<TlsGeneration, TlsEndpoint.Spec> spec;
    private final UnaryOperator<String> words;
    private final ExpiryWatch expiry = new ExpiryWatch();

    private TlsEndpoint endpoint;
    private TlsGeneration generation;
    private @Nullable Swap swap;
    private String loadedDigest;
    /** Other files than those in use, seen at the last look. */
    private @Nullable String candidate;

    private @Nullable String refusedDigest;
    private boolean closed;

    private EndpointRenewal(
            String name,
            TlsSettings settings,
            Function<TlsGeneration, TlsEndpoint.Spec> spec,
            UnaryOperator<String> words,
            Loaded loaded) {
        this.name = name;
        this.settings = settings;
        this.spec = spec;
        this.words = words;
        this.endpoint = loaded.endpoint;
        this.generation = loaded.generation;
        this.loadedDigest = loaded.digest;
    }

    private record Loaded(TlsGeneration generation, TlsEndpoint endpoint, String digest) {}

    /**
     * Reads the files for the first time.
     *
     * @param name of the listener, for the log
     * @param spec what the endpoint is to be, made of what was read
     * @param words the names of the listener's options, for what is said of the files
     * @throws NodeException with everything that is wrong with the files
     */
    public static EndpointRenewal load(
            String name,
            TlsSettings settings,
            Function<TlsGeneration, TlsEndpoint.Spec> spec,
            UnaryOperator<String> words) {
        try {
            return new EndpointRenewal(name, settings, spec, words, read(1, settings, spec));
        } catch (TlsConfigException e) {
            throw refused(name + ": ", e.worded(words));
        }
    }

    private static Loaded read(long number, TlsSettings settings, Function<TlsGeneration, TlsEndpoint.Spec> spec)
            throws TlsConfigException {
        String digest = FilesDigest.of(settings.files()); // of before: files that change meanwhile are read again
        TlsGeneration generation = TlsGeneration.load(number, settings);
        return new Loaded(generation, TlsEndpoint.of(spec.apply(generation), InstantSource.system()), digest);
    }

    private static NodeException refused(String what, TlsConfigException why) {
        return new NodeException(NodeException.Reason.CONFIGURATION, what + why.getMessage(), why);
    }

    /** Takes who uses the endpoint, now and after each change. */
    public synchronized void follow(Swap user) {
        swap = user;
        user.use(endpoint);
    }

    /** Certificate and key that are in use. */
    public synchronized TlsGeneration generation() {
        return generation;
    }

    /**
     * Reads the files and says what would be used; changes nothing.
     *
     * @throws NodeException with everything that is wrong with the files
     */
    public synchronized String check() {
        try {
            Loaded trial = read(generation.number() + 1, settings, spec);
            trial.endpoint.close();
            return describe(trial.generation);
        } catch (TlsConfigException e) {
            throw refused(name + ": the files cannot be used: ", e.worded(words));
        }
    }

    /**
     * Reads the files again; new connections use them.
     *
     * @return one line that says what is used now
     * @throws NodeException with everything that is wrong with the files; what was used before stays in use
     */
    public synchronized String reload() {
        requireOpen();
        try {
            take(read(generation.number() + 1, settings, spec));
            return describe(generation);
        } catch (TlsConfigException e) {
            refusedDigest = FilesDigest.of(settings.files());
            throw refused(name + ": the new files are refused, those before stay in use: ", e.worded(words));
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new NodeException(NodeException.Reason.CLOSED, name + " is closed");
        }
    }

    private void take(Loaded next) {
        TlsEndpoint before = endpoint;
        if (swap != null) {
            try {
                swap.use(next.endpoint);
            } catch (RuntimeException e) {
                next.endpoint.close();
                throw e;
            }
        }
        before.close();
        endpoint = next.endpoint;
        generation = next.generation;
        loadedDigest = next.digest;
        candidate = null;
        refusedDigest = null;
        LOG.info("{}: new connections use {}", name, describe(generation));
    }

    private static String describe(TlsGeneration generation) {
        return "certificate \"" + CertificateText.subject(generation.certificate()) + "\", serial "
                + CertificateText.serial(generation.certificate()) + ", valid until "
                + generation.certificate().getNotAfter().toInstant();
    }

    /** Looks whether the files have changed, and tells the log of a certificate that expires soon. */
    public synchronized void watch() {
        if (closed) {
            return;
        }
        String digest = FilesDigest.of(settings.files());
        if (digest.equals(loadedDigest)) {
            candidate = null;
        } else if (!digest.equals(candidate)) {
            candidate = digest;
        } else if (!digest.equals(refusedDigest)) {
            try {
                String told = reload();
                LOG.debug("{}: the files have changed: {}", name, told);
            } catch (NodeException e) {
                LOG.error("{}", e.getMessage());
            }
        }
    }

    /** Tells the log of certificates that expire soon, or have expired. */
    public synchronized void watchExpiry() {
        Instant now = Instant.now();
        for (CertificateExpiry due : expiry.due(certificates(), now)) {
            LOG.warn("{}: {}", name, ExpiryRules.warning(due, now).orElse(""));
        }
    }

    /** When each certificate expires, the own one first. */
    public synchronized List<CertificateExpiry> certificates() {
        return ExpiryRules.of(generation);
    }

    /** When no connection will be made any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            endpoint.close();
        }
    }
}
