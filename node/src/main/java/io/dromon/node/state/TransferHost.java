package io.dromon.node.state;

import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.state.core.TransferInputs;
import java.util.function.Consumer;

/** What state transfers need of their node. */
public interface TransferHost {
    /** Has the protocol thread do something, in its turn; nothing happens once the node has ended. Any thread. */
    void onProtocolThread(Consumer<TransferInputs> task);

    /** Tells the group that this donor's transfer is over. Any thread. */
    void endDonation(long seqno, long code);

    /** Adds an item for the delivery thread, behind all that was ordered. The protocol thread. */
    void deliver(DeliveryItem item);

    /** Whether so much waits for the application that a donor should wait too. Any thread. */
    boolean isBehind();
}
