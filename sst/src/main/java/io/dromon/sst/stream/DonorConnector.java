package io.dromon.sst.stream;

import io.dromon.sst.SnapshotMethod.Terms;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.ManifestBuilder;
import io.dromon.sst.channel.DurationText;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.JoinerDialler;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.sst.channel.Proof;
import io.dromon.sst.channel.TlsChannel;
import io.dromon.sst.tunnel.TunnelAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes a donor's connections, and judges whether one that could not be made is worth another try. Safe for threads. */
final class DonorConnector {
    private final String joiner;
    private final JoinerDialler dialler;
    private final TransferSettings settings;
    private final TransferListener listener;
    private final ProgressCounters progress;
    private final ManifestBuilder content;
    private final RateLimit limit;
    private final byte[] session = Proof.random(Proof.SESSION);
    private final AtomicReference<Proof.@Nullable Party> party = new AtomicReference<>();
    private final AtomicBoolean everConnected = new AtomicBoolean();
    private final AtomicBoolean saidThatItWaits = new AtomicBoolean();
    private final AtomicInteger tlsRefused = new AtomicInteger();

    DonorConnector(InetSocketAddress joiner, Terms terms, ProgressCounters progress, ManifestBuilder content) {
        this.joiner = TunnelAddress.of(joiner).toString();
        this.dialler = new JoinerDialler(joiner, terms.tls(), terms.token());
        this.settings = terms.settings();
        this.listener = terms.listener();
        this.progress = progress;
        this.content = content;
        this.limit = new RateLimit(settings.bytesPerSecond());
    }

    /** The joiner's address, for people. */
    String joiner() {
        return joiner;
    }

    /**
     * A connection to the joiner; the caller closes it.
     *
     * @param announcement what is to come; none for a connection that only tells why nothing will
     */
    DonorConnection connect(Optional<String> announcement, Duration within) throws IOException {
        TlsChannel channel = dialler.proven(session, this::admit, progress, within);
        boolean kept = false;
        try {
            channel.idleNs(settings.silence().toNanos());
            DonorConnection connection =
                    new DonorConnection(channel, progress, limit, content, new AdaptiveZstd(settings.compression()));
            if (announcement.isPresent()) {
                connection.say(Frame.Type.BEGIN, announcement.get());
            }
            if (!everConnected.getAndSet(true)) {
                progress.moved();
                listener.started(progress);
            }
            kept = true;
            return connection;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    /** The first joiner that proves the token is the joiner; one that takes its place has not what was sent before. */
    private boolean admit(Proof.Party found) {
        Proof.Party known = party.updateAndGet(now -> now == null ? found : now);
        return known != null && known.is(found);
    }

    /**
     * Fails unless the connection may be tried again after a while.
     *
     * @param state looked at for other connections of the transfer
     */
    void checkWorthRetrying(IOException e, DonorState state) throws TransferException {
        if (e instanceof SSLException && !everConnected.get()) {
            if (tlsRefused.getAndIncrement() < settings.streams()) {
                return; // a flipped bit is one accident, a certificate is refused again
            }
            throw new TransferException(Reason.TLS_REFUSED, String.valueOf(e.getMessage()), e);
        }
        if (e instanceof TransferException known && known.reason() == Reason.TOKEN_REFUSED) {
            if (state.hasConnection()) {
                return; // that one was let in, and will hear what is wrong
            }
            throw known;
        }
        if (e instanceof TransferException known && known.reason() != Reason.IDLE) {
            throw known;
        }
        if (state.isOver()) {
            return;
        }
        String forLong = DurationText.of(settings.idle());
        if (progress.sinceMovedNs() > settings.idle().toNanos()) {
            boolean again = everConnected.get();
            throw new TransferException(
                    again ? Reason.IDLE : Reason.UNREACHABLE,
                    "the joiner at " + joiner + " cannot be reached" + (again ? " again for " : " for ") + forLong
                            + ": " + e.getMessage(),
                    e);
        }
        if (!everConnected.get() && !saidThatItWaits.getAndSet(true)) {
            listener.note("the joiner at " + joiner + " does not answer yet: " + e.getMessage() + "; trying again for "
                    + forLong);
        }
    }
}
