package io.dromon.it.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A member whose log is a Dromon node's. */
public abstract class DromonMember extends ChaosMember {
    private static final Pattern VIEW = Pattern.compile(
            ".*: view (non-)?primary history=\\S+ configuration=(-?\\d+) seqno=(-?\\d+) members=(.*?)( missing=.*)?(; no primary .*)?$");
    private static final Pattern STATE = Pattern.compile(".*: state (\\w+)$");
    private static final Pattern TRANSFER = Pattern.compile(".* has the state of the group up to \\d+, by (IST|SST)$");

    private final Map<String, Integer> transfers = new ConcurrentHashMap<>();
    private volatile int seen;

    DromonMember(int host, Place place) {
        super(host, nameOf(host), place);
    }

    /** A primary view; {@code what} is its configuration and its members. */
    void inPrimary(int seqno, String what) {}

    @Override
    public void start(boolean bootstrap) {
        seen = 0;
        super.start(bootstrap);
    }

    @Override
    void read(String line) {
        Matcher view = VIEW.matcher(line);
        Matcher shift = STATE.matcher(line);
        Matcher transfer = TRANSFER.matcher(line);
        if (view.matches()) {
            boolean primary = view.group(1) == null;
            seen = view.group(4).split(",").length;
            if (primary) {
                inPrimary(Integer.parseInt(view.group(3)), "view " + view.group(2) + " of " + view.group(4));
            }
            inComponentOf(primary ? seen : 0);
        } else if (shift.matches()) {
            isNow(shift.group(1));
        } else if (transfer.matches()) {
            transfers.merge(transfer.group(1), 1, Integer::sum);
        }
    }

    /** The members of its last view, primary or not. */
    final int seen() {
        return seen;
    }

    /** How often it took what it had missed by {@code IST}, or by {@code SST}. */
    public final int transfers(String way) {
        return transfers.getOrDefault(way, 0);
    }
}
