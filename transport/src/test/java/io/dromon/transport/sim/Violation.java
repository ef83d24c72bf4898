package io.dromon.transport.sim;

/** A rule of the protocol did not hold in a simulated run. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String rule;

    /**
     * @param rule short name of the rule
     * @param detail who, what was seen, what should have been
     */
    public Violation(String rule, String detail) {
        super(rule + ": " + detail);
        this.rule = rule;
    }

    /** Short name of the rule. */
    public String rule() {
        return rule;
    }
}
