package io.dromon.node.apply;

import io.dromon.node.ClusterView;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.transport.wire.Bytes;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An item that the protocol thread hands to the delivery thread, in the order in which it is to happen. */
public sealed interface DeliveryItem {
    /** Takes the items of the delivery thread, one method a kind; none has a default. */
    interface Handler {
        void onWriteSet(OrderedWriteSet item);

        void onView(View item);

        void onState(State item);

        void onReadPoint(ReadPoint item);

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
     * @param own what its writer waits for; null if another node sent it
     */
    record OrderedWriteSet(
            long seqno,
            UUID origin,
            String originName,
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
