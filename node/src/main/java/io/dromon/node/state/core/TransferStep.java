package io.dromon.node.state.core;

import java.time.Duration;

/** What is to be done for a transfer outside of the core, or is to be known of it. */
public sealed interface TransferStep {
    /** Takes the steps, one method a kind; none has a default. */
    interface Handler {
        /** Listen, and answer with {@link StateReceiver#prepared} or {@link StateReceiver#failed}. */
        void onPrepare(Attempt attempt);

        /** There is a donor: take what it sends. */
        void onReceive(Attempt attempt);

        /** End what was begun for this attempt; what still comes of it is ignored. */
        void onCancel(Attempt attempt);

        /**
         * The snapshot is whole: have the application take it, behind all that it was given, and answer with {@link
         * StateReceiver#restored} or {@link StateReceiver#failed}.
         */
        void onRestore(Attempt attempt);

        /** The state is whole. */
        void onCompleted(Attempt attempt);

        /** An attempt has failed; the next one comes after the pause. */
        void onFailed(Failed failed);
    }

    /** Calls the method of this kind. */
    void accept(Handler handler);

    /** {@link Handler#onPrepare}. */
    record Prepare(Attempt attempt) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onPrepare(attempt);
        }
    }

    /** {@link Handler#onReceive}. */
    record Receive(Attempt attempt) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onReceive(attempt);
        }
    }

    /** {@link Handler#onCancel}. */
    record Cancel(Attempt attempt) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onCancel(attempt);
        }
    }

    /** {@link Handler#onRestore}. */
    record Restore(Attempt attempt) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onRestore(attempt);
        }
    }

    /** {@link Handler#onCompleted}. */
    record Completed(Attempt attempt) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onCompleted(attempt);
        }
    }

    /**
     * {@link Handler#onFailed}.
     *
     * @param next how the state is to come by the next attempt
     */
    record Failed(Attempt attempt, String reason, Attempt.Way next, Duration pause) implements TransferStep {
        @Override
        public void accept(Handler handler) {
            handler.onFailed(this);
        }
    }
}
