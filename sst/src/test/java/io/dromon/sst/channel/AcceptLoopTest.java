package io.dromon.sst.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.sst.TransferListener;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong for a time ends no listener. */
@Tag("sockets")
@Timeout(30)
class AcceptLoopTest {
    private final List<String> notes = new ArrayList<>();
    private final List<SocketChannel> taken = new ArrayList<>();
    private final TransferListener listener = new TransferListener() {
        @Override
        public void note(String line) {
            notes.add(line);
        }
    };

    /** Answers what it is given, then it is closed. */
    private static final class Script implements AcceptLoop.Source {
        private final Deque<Object> answers;

        Script(Object... answers) {
            this.answers = new ArrayDeque<>(List.of(answers));
        }

        @Override
        public SocketChannel accept() throws IOException {
            Object next = answers.poll();
            if (next instanceof IOException failure) {
                throw failure;
            }
            if (next instanceof SocketChannel socket) {
                return socket;
            }
            throw new AsynchronousCloseException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }

    @Test
    void goesOnAfterTooManyOpenFilesAndSaysSoOnce() throws Exception {
        IOException none = new IOException("Too many open files");
        IOException gone = new IOException("Software caused connection abort");
        try (SocketChannel first = SocketChannel.open();
                SocketChannel second = SocketChannel.open()) {
            long begun = System.nanoTime();

            new AcceptLoop(new Script(none, none, first, gone, second), taken::add, listener).run();

            assertThat(taken).containsExactly(first, second);
            assertThat(notes).singleElement().asString().contains("Too many open files", "trying again");
            assertThat(System.nanoTime() - begun) // it does not spin
                    .isGreaterThan(Duration.ofMillis(250).toNanos());
        }
    }

    @Test
    void closesWhatNoThreadCanServeAndGoesOn() throws Exception {
        try (SocketChannel first = SocketChannel.open();
                SocketChannel second = SocketChannel.open()) {
            AcceptLoop loop = new AcceptLoop(
                    new Script(first, second),
                    socket -> {
                        if (socket == first) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        taken.add(socket);
                    },
                    listener);

            loop.run();

            assertThat(taken).containsExactly(second);
            assertThat(first.isOpen()).isFalse();
            assertThat(notes).singleElement().asString().contains("unable to create native thread");
        }
    }
}
