package io.dromon.it.scenario;

import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Gives nodes their UUIDs, and turns UUIDs back into names: n1, n2 and so on. */
final class Names {
    /** Time and version of a UUID; the order of the UUIDs is the order of the hosts. */
    private static final long TIME = 0x0000_0000_1111_11f1L;

    private static final long NODE = 0x8001_0200_0000_0000L;
    private static final long OTHERS = 0xff00_0000L;

    private final Map<UUID, String> names = new LinkedHashMap<>();
    private final Map<String, UUID> newest = new LinkedHashMap<>();
    private long made;

    static String of(int host) {
        return "n" + (host + 1);
    }

    /** A UUID for a new identity of a node: n1 has the smallest, so it represents each view that it is in. */
    UUID newNode(int host) {
        made++;
        UUID uuid = new UUID(((long) (host + 1) << 24 | made) << 32 | TIME, NODE | host + 1);
        return remember(host, uuid);
    }

    /** The identity of a node that comes back to its saved view. */
    UUID nextIncarnation(int host, UUID before) {
        return remember(host, Uuids.nextIncarnation(before));
    }

    /** A UUID of anything else. */
    UUID newUuid() {
        made++;
        return new UUID((OTHERS | made) << 32 | TIME, NODE);
    }

    /** The name; of an identity that its node has no more, with a mark. */
    String of(UUID uuid) {
        String name = names.get(uuid);
        if (name == null) {
            return Uuids.brief(uuid);
        }
        return uuid.equals(newest.get(name)) ? name : name + "(before)";
    }

    String of(Collection<UUID> uuids) {
        List<String> texts = new ArrayList<>();
        uuids.forEach(uuid -> texts.add(of(uuid)));
        return String.join(" ", texts);
    }

    /** A text with names in place of the UUIDs. */
    String in(String text) {
        String result = text;
        for (UUID uuid : names.keySet()) {
            result = result.replace(uuid.toString(), of(uuid)).replace(Uuids.brief(uuid), of(uuid));
        }
        return result;
    }

    private UUID remember(int host, UUID uuid) {
        names.put(uuid, of(host));
        newest.put(of(host), uuid);
        return uuid;
    }
}
