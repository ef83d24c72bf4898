package io.dromon.node.admin.api;

/** A node whose admin interface takes more routes. A node that {@link io.dromon.node.Node#start} returns is one. */
public interface AdminHost {
    /** Its admin interface; what is added stays over restarts of the node. */
    AdminApi admin();

    /** Where routes that were added keep what they change. */
    Audit audit();
}
