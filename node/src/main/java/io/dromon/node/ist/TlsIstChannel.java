package io.dromon.node.ist;

import io.dromon.sst.channel.TlsChannel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/** A connection with TLS, after its handshake. */
record TlsIstChannel(TlsChannel tls) implements IstChannel {
    @Override
    public ByteBuffer received() {
        return tls.received();
    }

    @Override
    public boolean awaitMore(long limitNs) throws IOException {
        return tls.await(tls.received().remaining() + 1, System.nanoTime() + limitNs);
    }

    @Override
    public void write(ByteBuffer data, long stallNs) throws IOException {
        tls.idleNs(stallNs);
        tls.write(data);
    }

    @Override
    public void awaitEnd(long limitNs) throws IOException {
        boolean unusedEnded = tls.drain(limitNs, limitNs);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("stopped");
        }
    }

    @Override
    public void close() {
        tls.close();
    }
}
