package io.dromon.config;

/**
 * The origin of a value.
 *
 * @param kind the way in
 * @param place for a reader: {@code default}, {@code /etc/node.cnf:12}, {@code command line}, ...
 */
public record Source(Kind kind, String place) {
    /** The ways in which a value gets into a configuration. */
    public enum Kind {
        /** The default, fixed or derived from another option. */
        DEFAULT,
        /** A line of an option file. */
        FILE,
        /** A provider-option string ({@code wsrep_provider_options}, {@code --options}). */
        PROVIDER_OPTIONS,
        /** The part of the cluster address behind the question mark. */
        ADDRESS_QUERY,
        /** A flag of the command line. */
        COMMAND_LINE,
        /** A call of the builder. */
        CODE,
        /** A change of the running node. */
        RUNTIME
    }

    static final Source DEFAULT = new Source(Kind.DEFAULT, "default");
    static final Source CODE = new Source(Kind.CODE, "code");
    static final Source COMMAND_LINE = new Source(Kind.COMMAND_LINE, "command line");
    static final Source RUNTIME = new Source(Kind.RUNTIME, "runtime change");

    /** The same place, one level deeper: a provider-option string or an address that stands there. */
    Source within(Kind inner, String what) {
        return new Source(inner, kind == Kind.CODE ? what : place + ", " + what);
    }

    /** Of a default that is derived from an option that was given: still a default, but not for no reason. */
    static Source derived(Source given, Option<?> from) {
        return new Source(Kind.DEFAULT, given.place + ", by " + from.name());
    }

    @Override
    public String toString() {
        return place;
    }
}
