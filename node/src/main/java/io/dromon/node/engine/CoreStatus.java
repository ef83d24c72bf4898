package io.dromon.node.engine;

import io.dromon.node.group.GroupStatus;
import io.dromon.transport.evs.EvsState;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.primary.PrimaryState;
import java.util.List;

/**
 * The status of a core's layers at one moment.
 *
 * @param links the links as the mesh knows them
 * @param evs state of the virtual synchrony
 * @param primary state of the primary component
 * @param weight sum of the weights in the primary component, 0 outside of it
 * @param group the group layer
 * @param certification certification
 */
public record CoreStatus(
        List<MeshLinkStatus> links,
        EvsState evs,
        PrimaryState primary,
        int weight,
        GroupStatus group,
        CertificationStatus certification) {}
