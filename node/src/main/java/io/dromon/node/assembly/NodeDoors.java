package io.dromon.node.assembly;

import io.dromon.node.NodeException;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.http.AdminListener;
import io.dromon.node.admin.http.AdminServer;
import io.dromon.node.admin.local.ControlService;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/** The ways to administer a node: those of one run, or of several where it is kept open between them. Any thread. */
final class NodeDoors implements AutoCloseable {
    private final AdminServer server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Optional<AdminListener> listener;
    private volatile Optional<ControlService> control = Optional.empty();

    /**
     * Takes the addresses; nobody is let in before {@link #open}.
     *
     * @throws NodeException if the address of the admin listener cannot be had
     */
    NodeDoors(String name, AdminApi admin, Optional<AdminListener.Prepared> prepared) {
        this.server = new AdminServer(name, admin);
        try {
            this.listener = prepared.map(ready -> AdminListener.open(server, ready));
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /**
     * The doors of the next run, which are open already.
     *
     * @throws NodeException if another address of the admin listener cannot be had: there is none then
     */
    void follow(Optional<AdminListener.Prepared> prepared) {
        Optional<AdminListener> before = listener;
        listener = Optional.empty();
        if (prepared.isEmpty()) {
            before.ifPresent(AdminListener::end);
        } else {
            AdminListener.Prepared ready = prepared.get();
            listener = Optional.of(
                    before.map(open -> open.next(ready)).orElseGet(() -> AdminListener.open(server, ready)));
        }
        listener.ifPresent(AdminListener::announce);
    }

    /** Lets operators in; once. */
    void open(Path directory, String name, ScheduledExecutorService thread) {
        if (control.isPresent()) {
            return;
        }
        ControlService opening = new ControlService(directory, name, thread, server);
        control = Optional.of(opening);
        opening.open();
        server.start();
        listener.ifPresent(AdminListener::announce);
    }

    Optional<AdminListener> listener() {
        return listener;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            control.ifPresent(ControlService::close);
            server.close();
            listener.ifPresent(AdminListener::close);
        }
    }
}
