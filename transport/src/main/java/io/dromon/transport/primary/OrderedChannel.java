package io.dromon.transport.primary;

import io.dromon.transport.evs.Order;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;

/** What the primary component asks of EVS below it: to send. Neither of these delivers from inside. */
public interface OrderedChannel {
    SendResult send(int userType, Order order, Encodable message);

    SendResult sendLocalCausal(int userType, Encodable message, long nowNs);
}
