package io.dromon.node.apply;

/** Takes the items of the delivery thread, one method a kind; none has a default. */
public interface DeliveryItemHandler {
    void onWriteSet(DeliveryItem.OrderedWriteSet item);

    void onView(DeliveryItem.View item);

    void onState(DeliveryItem.State item);

    void onReadPoint(DeliveryItem.ReadPoint item);

    void onCallFailed(DeliveryItem.CallFailed item);

    void onCallEnded(DeliveryItem.CallEnded item);

    void onRoom(DeliveryItem.Room item);

    void onEnd(DeliveryItem.End item);
}
