package io.dromon.node.credentials;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.NodeException;
import io.dromon.node.TlsStatus;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.Fingerprints;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps key, certificates and trust of a running node current: reads the files again on command and when they changed on
 * disk, as one new generation that new links are made with. What cannot be used is refused, and the generation before
 * stays. Says when the certificate will expire.
 *
 * <p>May be used from any thread but the protocol thread, which it waits for.
 */
public final class TlsRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(TlsRenewal.class);
    /** Files that are unusable for so long are not in the middle of being written. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int READS = 5;

    private final String nodeName;
    private final TlsSettings settings;
    private final NettyLinks links;
    private final InstantSource clock;
    private final ExpiryWatch expiry = new ExpiryWatch();

    private TlsContexts contexts;
    private Instant loaded;
    /** Of the files that {@link #contexts} was made of. */
    private String loadedDigest;
    /** Other files than these are on the disk, since when. */
    private @Nullable String candidate;

    private Instant candidateSince = Instant.MIN;
    /** Files that were refused, and why. */
    private @Nullable String refusedDigest;

    private @Nullable String refusal;
    private boolean closed;

    private TlsRenewal(
            String nodeName,
            TlsSettings settings,
            NettyLinks links,
            InstantSource clock,
            TlsContexts contexts,
            String digest) {
        this.nodeName = nodeName;
        this.settings = settings;
        this.links = links;
        this.clock = clock;
        this.contexts = contexts;
        this.loadedDigest = digest;
        this.loaded = clock.instant();
    }

    /** Files that were read, and what they held. */
    public record Loaded(TlsContexts contexts, String digest) {}

    /**
     * Reads the files at the start of a node; ends first what a rotation has begun that was cut off.
     *
     * @throws NodeException with everything that is wrong with the files
     */
    public static Loaded loadAtStart(TlsSettings settings) {
        try {
            TlsFileSwap.recover(settings).forEach(LOG::warn);
            return load(1, settings);
        } catch (IOException | TlsConfigException e) {
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /** Reads the files, all of them from one moment. */
    static Loaded load(long number, TlsSettings settings) throws TlsConfigException {
        for (int i = 0; i < READS; i++) {
            String before = FilesDigest.of(settings.files());
            TlsContexts contexts = TlsContexts.load(number, settings);
            if (before.equals(FilesDigest.of(settings.files()))) {
                return new Loaded(contexts, before);
            }
            contexts.close();
        }
        throw new TlsConfigException("the files are being written all the time: " + settings.files());
    }

    public static TlsRenewal of(
            String nodeName, TlsSettings settings, NettyLinks links, InstantSource clock, Loaded loaded) {
        return new TlsRenewal(nodeName, settings, links, clock, loaded.contexts, loaded.digest);
    }

    /**
     * Reads the files again and makes new links with them.
     *
     * @return one line that says what is used now
     * @throws NodeException with everything that is wrong with the files; what was used before stays in use
     */
    public synchronized String reload() {
        requireOpen();
        try {
            return take(load(contexts.generation().number() + 1, settings));
        } catch (TlsConfigException e) {
            refusedDigest = FilesDigest.of(settings.files());
            refusal = String.valueOf(e.getMessage());
            LOG.error("{}: the new TLS files are refused, generation {} stays: {}", nodeName, number(), refusal);
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "the new TLS files are refused, generation " + number() + " stays in use: " + refusal,
                    e);
        }
    }

    /**
     * Reads the files and says what would be used; changes nothing.
     *
     * @throws NodeException with everything that is wrong with the files
     */
    public synchronized String check() {
        requireOpen();
        try (TlsContexts trial = load(contexts.generation().number() + 1, settings).contexts) {
            requireNoNewRefusals(trial);
            return describe(trial.generation(), contexts.generation());
        } catch (TlsConfigException e) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION, "the TLS files cannot be used: " + e.getMessage(), e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has left its group");
        }
    }

    /**
     * Whether a step of a rotation could be done; nothing changes.
     *
     * @throws NodeException with everything that stands against it
     */
    public synchronized void checkRotation(CaRotation.Step step, List<CaRotation.Peer> peers) {
        requireOpen();
        TlsSettings staged = CaRotation.staged(step, settings);
        try (TlsContexts trial = TlsContexts.load(contexts.generation().number() + 1, staged)) {
            CaRotation.check(step, contexts.generation(), trial, peers, links::tryOut, clock.instant());
        } catch (TlsConfigException e) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "rotate " + step.word + ": the staged files cannot be used: " + e.getMessage(),
                    e);
        }
    }

    /**
     * A step of a rotation of authorities: checks the staged files and the members, then puts the files in place and
     * makes new links with them.
     *
     * @throws NodeException with everything that stands against it; nothing has changed then
     */
    public synchronized String rotate(CaRotation.Step step, List<CaRotation.Peer> peers) {
        checkRotation(step, peers);
        try {
            TlsFileSwap.swap(
                    step == CaRotation.Step.PRESENT_NEW
                            ? List.of(settings.key(), settings.certificate())
                            : List.of(settings.ca().orElseThrow()));
        } catch (IOException e) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION, "rotate " + step.word + ": the files were not moved: " + e, e);
        }
        LOG.info("{}: rotation of authorities: {}", nodeName, step.word);
        return reload();
    }

    private String take(Loaded next) throws TlsConfigException {
        try {
            requireNoNewRefusals(next.contexts);
        } catch (TlsConfigException e) {
            next.contexts.close();
            throw e;
        }
        TlsContexts before;
        try {
            before = links.replaceTls(next.contexts).join();
        } catch (RuntimeException e) {
            next.contexts.close();
            throw e;
        }
        before.close();
        contexts = next.contexts;
        loadedDigest = next.digest;
        loaded = clock.instant();
        candidate = null;
        refusedDigest = null;
        refusal = null;
        String text = describe(contexts.generation(), before.generation());
        LOG.info("{}: new links use {}", nodeName, text);
        contexts.warnings().forEach(warning -> LOG.warn("{}: {}", nodeName, warning));
        return contexts.warnings().isEmpty() ? text : text + "; WARNING: " + String.join("; ", contexts.warnings());
    }

    private void requireNoNewRefusals(TlsContexts next) throws TlsConfigException {
        List<String> wrong = new ArrayList<>(next.refusals());
        wrong.removeAll(contexts.refusals()); // a cluster that lives with it may renew
        if (!wrong.isEmpty() && contexts.generation().warnings(clock.instant()).isEmpty()) {
            throw new TlsConfigException(String.join("; ", wrong));
        }
    }

    private static String describe(TlsGeneration generation, TlsGeneration before) {
        return "TLS generation " + generation.number() + ": certificate \""
                + CertificateText.subject(generation.certificate())
                + "\", serial " + CertificateText.serial(generation.certificate()) + ", valid until "
                + notAfter(generation)
                + "; trusts "
                + generation.anchors().size() + " certificates (" + Fingerprints.ofSet(generation.anchors())
                + ", before "
                + Fingerprints.ofSet(before.anchors()) + ")";
    }

    /** Tells the log of certificates that expire soon, or have expired. */
    public synchronized void watchExpiry() {
        if (closed) {
            return;
        }
        Instant now = clock.instant();
        for (CertificateExpiry due : expiry.due(ExpiryRules.of(contexts.generation()), now)) {
            String text = ExpiryRules.warning(due, now).orElse("");
            if (now.isAfter(due.notAfter())) {
                LOG.error("{}: TLS: {}", nodeName, text);
            } else {
                LOG.warn("{}: TLS: {}", nodeName, text);
            }
        }
    }

    /**
     * Looks whether the files have changed. They are taken when two looks in a row see the same; what does not fit
     * together (a key is there, its certificate not yet) is waited for, for a while.
     */
    public synchronized void watch() {
        if (closed) {
            return;
        }
        Instant now = clock.instant();
        String digest = FilesDigest.of(settings.files());
        if (digest.equals(loadedDigest)) {
            candidate = null;
            refusal = null;
            refusedDigest = null;
        } else if (!digest.equals(candidate)) {
            candidate = digest;
            candidateSince = now;
        } else if (!digest.equals(refusedDigest)) {
            takeCandidate(digest, now);
        }
    }

    private void takeCandidate(String digest, Instant now) {
        try {
            Loaded next = load(contexts.generation().number() + 1, settings);
            if (next.digest.equals(digest)) {
                LOG.info("{}: the TLS files have changed", nodeName);
                take(next);
            } else {
                next.contexts.close(); // another change: look again
            }
        } catch (TlsConfigException e) {
            refusal = String.valueOf(e.getMessage());
            if (now.isAfter(candidateSince.plus(PATIENCE))) {
                refusedDigest = digest;
                LOG.error(
                        "{}: the changed TLS files are refused, generation {} stays: {}", nodeName, number(), refusal);
            }
        }
    }

    private long number() {
        return contexts.generation().number();
    }

    public synchronized TlsStatus status() {
        TlsGeneration generation = contexts.generation();
        Instant now = clock.instant();
        List<CertificateExpiry> certificates = ExpiryRules.of(generation);
        List<String> warnings = new ArrayList<>(generation.warnings(now));
        certificates.forEach(one -> ExpiryRules.warning(one, now).ifPresent(warnings::add));
        return new TlsStatus(
                contexts.provider(),
                generation.number(),
                loaded,
                CertificateText.subject(generation.certificate()),
                CertificateText.serial(generation.certificate()),
                Fingerprints.of(generation.certificate()),
                Fingerprints.ofSet(generation.anchors()),
                generation.anchors().stream().map(CertificateText::subject).toList(),
                notAfter(generation),
                certificates,
                ExpiryRules.health(certificates, now),
                warnings,
                Optional.ofNullable(refusal));
    }

    /** The first expiry in the own chain. */
    private static Instant notAfter(TlsGeneration generation) {
        Instant first = Instant.MAX;
        for (X509Certificate certificate : generation.chain()) {
            Instant expiry = certificate.getNotAfter().toInstant();
            first = expiry.isBefore(first) ? expiry : first;
        }
        return first;
    }

    /** When no link is open any more and none will be made. */
    public synchronized void close() {
        if (!closed) {
            closed = true;
            contexts.close();
        }
    }
}
