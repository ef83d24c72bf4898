package io.dromon.node.admin.api;

import java.util.Locale;

/** What a route does to the node, and so who may use it. */
public enum AccessClass {
    /** One fact for load balancers. */
    HEALTH,
    /** Status, metrics, events. */
    READ,
    /** Everything that changes something. */
    CHANGE,
    /** What the application keeps: reading and writing it. */
    DATA;

    /** As it stands in the names of options. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
