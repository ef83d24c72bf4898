package io.dromon.transport.evs;

/** When which timer of section 8 is due; {@link #OFF} if it is not armed. */
final class Timers {
    static final long OFF = Long.MAX_VALUE;
    /** So many JOINs the others send before they are judged once more. */
    static final int SECOND_LOOK_PERIODS = 2;

    long inactivityNs = OFF;
    long retransmissionNs = OFF;
    long installNs = OFF;
    /** When the news that the last JOIN was too young for are told. */
    long joinNs = OFF;
    /** When the inactivity check ran last, or began to be due. */
    long lastInactivityCheckNs;

    private boolean secondLook;

    private final GroupKnowledge group;

    Timers(GroupKnowledge group) {
        this.group = group;
    }

    /** Begins the checks, unless they run already: whoever makes a node gather again and again puts off none of them. */
    void startInactivity() {
        if (inactivityNs == OFF) {
            lastInactivityCheckNs = group.nowNs;
            armInactivity();
        }
    }

    void armInactivity() {
        inactivityNs = group.nowNs + inactivityPeriodNs();
    }

    /** By how much the inactivity check comes late if it missed more than two of its times; else 0. */
    long inactivityLateNs() {
        long sinceLastNs = inactivityNs == OFF ? 0 : group.nowNs - lastInactivityCheckNs;
        return sinceLastNs > 3 * inactivityPeriodNs() ? sinceLastNs - inactivityPeriodNs() : 0;
    }

    void skipInactivityCheck() {
        lastInactivityCheckNs = group.nowNs;
        armInactivity();
    }

    /** A period of 0 is legal; it must not make the driver spin. */
    private long inactivityPeriodNs() {
        return Math.max(group.settings.inactiveCheckPeriodNs(), 1_000_000L);
    }

    void armRetransmission() {
        boolean steady = group.state() == EvsState.OPERATIONAL || group.state() == EvsState.LEAVING;
        retransmissionNs =
                group.nowNs + (steady ? group.settings.keepalivePeriodNs() : group.settings.joinRetransPeriodNs());
    }

    void armInstall() {
        secondLook = false;
        installNs = group.nowNs + group.settings.installTimeoutNs();
    }

    /** The install timer runs out again once the others had the time to say what they think now. */
    void armSecondLook() {
        secondLook = true;
        installNs = group.nowNs + secondLookNs();
    }

    /** The install timer does not run out before the others had the time to say what they think now. */
    void putOffInstall() {
        if (installNs != OFF) {
            installNs = Math.max(installNs, group.nowNs + secondLookNs());
        }
    }

    private long secondLookNs() {
        return Math.min(SECOND_LOOK_PERIODS * group.settings.joinRetransPeriodNs(), group.settings.installTimeoutNs());
    }

    /** Whether the install timer has run out before and was armed for another look. */
    boolean isSecondLook() {
        return secondLook;
    }

    /** Whether the gather lasts for the suspect timeout already (rule E5). */
    boolean isLongGather() {
        return installNs != OFF
                && installNs - group.nowNs <= group.settings.installTimeoutNs() - group.settings.suspectTimeoutNs();
    }

    void stop() {
        inactivityNs = OFF;
        retransmissionNs = OFF;
        installNs = OFF;
        joinNs = OFF;
    }

    long next() {
        return Math.min(Math.min(inactivityNs, joinNs), Math.min(retransmissionNs, installNs));
    }
}
