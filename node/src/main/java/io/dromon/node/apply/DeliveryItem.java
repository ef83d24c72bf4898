package io.dromon.node.apply;

import io.dromon.node.ClusterView;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.PendingSnapshot;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An item that the protocol thread hands to the delivery thread, in the order in which it is to happen. */
public sealed interface DeliveryItem {
    /** Takes the items of the delivery thread, one method a kind; none has a default. */
    interface Handler {
        void onWriteSet(OrderedWriteSet item);

        void onFailedWriteSet(FailedWriteSet item);

        void onHistory(History item);

        void onEmptyNumber(EmptyNumber item);

        void onSnapshot(TakeSnapshot item);

        void onRestore(Restore item);

        void onView(View item);

        void onState(State item);

        void onReadPoint(ReadPoint item);

        void onSynced(Synced item);

        void onMajorityPossible(MajorityPossible item);

        void onCallFailed(CallFailed item);

        void onCallEnded(CallEnded item);

        void onRoom(Room item);

        void onEnd(End item);
    }

    /** Calls the method of this kind. */
    void accept(Handler handler);

    /** What the delivery thread does with it, for a sentence. */
    String what();

    /**
     * A write-set that is to be applied.
     *
     * @param originName name of the member that sent it
     * @param depends everything up to this number must be applied before
     * @param own what its writer waits for; null if another node sent it
     */
    record OrderedWriteSet(
            long seqno,
            UUID origin,
            String originName,
            long depends,
            Bytes data,
            @Nullable PendingCommit own) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onWriteSet(this);
        }

        @Override
        public String what() {
            return "write-set " + seqno;
        }
    }

    /**
     * A write-set that no member applies; it has its place in the order all the same.
     *
     * @param own what its writer waits for; null if another node sent it
     * @param why makes the writer's exception, on the delivery thread
     */
    record FailedWriteSet(long seqno, @Nullable PendingCommit own, Supplier<NodeException> why)
            implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onFailedWriteSet(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /**
     * The application, which has no state, is given a history from its first number on.
     *
     * @param now where the group stands
     */
    record History(ClusterView now) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onHistory(this);
        }

        @Override
        public String what() {
            return "a view";
        }
    }

    /** A number of the order that a state transfer has brought, and that holds nothing for the application. */
    record EmptyNumber(long seqno) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onEmptyNumber(this);
        }

        @Override
        public String what() {
            return "number " + seqno;
        }
    }

    /**
     * The application is to give its state as of this place of the order.
     *
     * @param directory to be made by it
     * @param done told where its state ends, and what is left to do for it, on the delivery thread; has to close that
     * @param failed told why there is none, on the delivery thread
     */
    record TakeSnapshot(Path directory, BiConsumer<Position, PendingSnapshot> done, Consumer<Throwable> failed)
            implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onSnapshot(this);
        }

        @Override
        public String what() {
            return "the snapshot of its state";
        }
    }

    /**
     * The application is to take the state of another node.
     *
     * @param position where that ends
     * @param done it has done so; told on the delivery thread
     * @param failed told why not, on the delivery thread; its state is what it was
     */
    record Restore(Path directory, Position position, Runnable done, Consumer<Throwable> failed)
            implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onRestore(this);
        }

        @Override
        public String what() {
            return "another node's state";
        }
    }

    /**
     * The membership changed.
     *
     * @param state this node's state in it
     */
    record View(ClusterView view, NodeState state) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onView(this);
        }

        @Override
        public String what() {
            return "a view";
        }
    }

    /** The state of this node may have changed. */
    record State(NodeState state) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onState(this);
        }

        @Override
        public String what() {
            return "a change of the state";
        }
    }

    /** All that a causal read asked for stands before this. */
    record ReadPoint(PendingRead read, long seqno) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onReadPoint(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /**
     * What was applied is durable.
     *
     * @param level at which
     * @param upTo with all before it
     */
    record Synced(Durability level, Position upTo) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onSynced(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /** Whether enough members can sync has changed. */
    record MajorityPossible(boolean possible) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onMajorityPossible(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /**
     * A call failed, and the node goes on.
     *
     * @param why makes the exception, on the delivery thread
     */
    record CallFailed(PendingCall<?> call, Supplier<NodeException> why) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onCallFailed(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /** A call failed because the node ends. */
    record CallEnded(PendingCall<?> call) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onCallEnded(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /** There is room again for what a writer waits to replicate. */
    record Room(PendingCall<Void> waiter) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onRoom(this);
        }

        @Override
        public String what() {
            return "the continuation of a future";
        }
    }

    /**
     * The last item.
     *
     * @param failure why the node ends; null if it was asked to
     */
    record End(@Nullable NodeException failure) implements DeliveryItem {
        @Override
        public void accept(Handler handler) {
            handler.onEnd(this);
        }

        @Override
        public String what() {
            return "onStopped";
        }
    }
}
