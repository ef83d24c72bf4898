package io.dromon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The configuration of a node: resolved, validated, immutable.
 *
 * <p>For each option the value counts that stands first in: query part of the cluster address (only {@code gmcast.*},
 * {@code evs.*} and {@code pc.*}), command line or code, option file, default (chapter 01 section 10). Defaults that derive
 * from other options are computed once, here.
 */
public final class NodeConfig implements Values {
    private final Map<Option<?>, Object> values;
    private final Map<Option<?>, Source> sources;
    private final List<String> warnings;
    private final Origin origin;

    /**
     * What a configuration was made of.
     *
     * @param given texts by option, with what was changed since
     * @param arbitrator whether it has the defaults of an arbitrator
     */
    record Origin(Map<Option<?>, Resolver.Given> given, boolean arbitrator) {}

    NodeConfig(Map<Option<?>, Object> values, Map<Option<?>, Source> sources, List<String> warnings, Origin origin) {
        this.values = values;
        this.sources = sources;
        this.warnings = List.copyOf(warnings);
        this.origin = origin;
    }

    /** Starts a configuration. */
    public static NodeConfigBuilder builder() {
        return new NodeConfigBuilder();
    }

    /**
     * Reads an option file.
     *
     * @throws ConfigException with all problems of the file
     */
    public static NodeConfig load(Path file) {
        return builder().file(file).build();
    }

    /** Name of the group, 1 to 32 bytes. */
    public String group() {
        return value(ServerOptions.WSREP_CLUSTER_NAME);
    }

    /** Name of this node. */
    public String name() {
        return value(ServerOptions.WSREP_NODE_NAME);
    }

    /** The cluster address as given. */
    public ClusterAddress address() {
        return value(ServerOptions.WSREP_CLUSTER_ADDRESS);
    }

    /** Whether this node makes a new group ({@code start_prim}, chapter 03 section 7.1). */
    public boolean bootstrap() {
        return address().bootstrap() || value(ServerOptions.WSREP_NEW_CLUSTER);
    }

    /** The addresses to dial, each with a port, without scheme; empty only when bootstrapping. */
    public List<Address> peers() {
        return address().dialled(optional(Options.BASE_PORT).orElse(Address.DEFAULT_PORT));
    }

    /**
     * The address to listen on: numeric host, a port (0 lets the system choose), and {@code ssl} or {@code tcp} as scheme
     * whatever is written (chapter 01 sections 3.1 and 10).
     */
    public Address listen() {
        Address given = value(Options.GMCAST_LISTEN_ADDR);
        return given.with(tls() ? "ssl" : "tcp", given.hasPort() ? given.port() : defaultListenPort());
    }

    private int defaultListenPort() {
        Optional<Integer> basePort = optional(Options.BASE_PORT);
        if (basePort.isPresent()) {
            return basePort.get();
        }
        List<Address> hosts = address().hosts();
        return hosts.isEmpty() || !hosts.get(0).hasPort()
                ? Address.DEFAULT_PORT
                : hosts.get(0).port();
    }

    /** Directory of the node's state files. */
    public Path dataDir() {
        return value(Options.BASE_DIR);
    }

    /** Address at which clients are served, shown to the other nodes; empty if none is known. */
    public String incomingAddress() {
        String given = value(ServerOptions.WSREP_NODE_INCOMING_ADDRESS);
        if (!given.equalsIgnoreCase("AUTO")) {
            return given;
        }
        return optional(ServerOptions.WSREP_NODE_ADDRESS).map(Address::hostPort).orElse("");
    }

    /** Whether links use TLS; key and certificate are then set. */
    public boolean tls() {
        return value(Options.SOCKET_SSL);
    }

    /**
     * The value of an option that has one.
     *
     * @throws IllegalStateException if it is unset and has no default; ask {@link #optional} where that may be
     */
    @Override
    public <T> T value(Option<T> option) {
        return Values.super.value(option);
    }

    /** The value of an option, or nothing if it is unset and has no default. */
    @Override
    @SuppressWarnings("unchecked") // values holds for each option what its own type has read
    public <T> Optional<T> optional(Option<T> option) {
        return Optional.ofNullable((T) values.get(option));
    }

    /** The values of a family ({@link IdentityOptions#TLS_CLIENT_CA}) by the last part of the name, in order. */
    @Override
    public <T> SortedMap<String, T> members(Option<T> family) {
        return family.members(values);
    }

    /** The options of the registry, and the members of its families that are set. */
    public List<Option<?>> options() {
        List<Option<?>> all = new ArrayList<>(Registry.all());
        values.keySet().stream()
                .filter(option -> option.family() && !all.contains(option))
                .sorted(Comparator.comparing(Option::name))
                .forEach(all::add);
        return all;
    }

    /** Where the option's value comes from. */
    public Source source(Option<?> option) {
        return sources.getOrDefault(option, Source.DEFAULT);
    }

    /** The option's value as it would be written, stars for a secret, empty if unset. */
    public String text(Option<?> option) {
        return option.secret() && values.containsKey(option) ? "********" : print(option);
    }

    private <T> String print(Option<T> option) {
        return optional(option).map(option.type()::print).orElse("");
    }

    /** What an operator should know at start: options without effect, deprecated or ignored ones. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * The configuration after a change of the running node. A trigger ({@code pc.bootstrap}) is kept like a value; the caller
     * does what it orders. Derived defaults stay as they are.
     *
     * @throws ConfigException if the option is unknown, fixed while the node runs, or the value is refused
     */
    public NodeConfig withChanged(String name, String value) {
        Option<?> option = Registry.find(name).orElseThrow(() -> ConfigException.unknownOption(name));
        return withChanged(option, value.strip());
    }

    /**
     * The configuration for a new start with changed options: all others stay as they were given, or were changed since, and
     * defaults are derived anew. No option file is read again. An empty text takes an option back.
     *
     * @param options texts by name; also {@code wsrep_provider_options}
     * @throws ConfigException with all problems
     */
    public NodeConfig with(Map<String, String> options) {
        NodeConfigBuilder builder = new NodeConfigBuilder(origin);
        options.forEach(builder::option);
        return builder.build();
    }

    /**
     * The configuration with an option file over it: what stands there counts more than all that was given before, the command
     * line too.
     *
     * @throws ConfigException with all problems
     */
    public NodeConfig over(Path file) {
        return new NodeConfigBuilder(origin).file(file).build();
    }

    private <T> NodeConfig withChanged(Option<T> option, String text) {
        Optional<T> value = Optional.empty();
        if (!text.isEmpty() || !option.type().emptyIsUnset()) {
            try {
                value = Optional.of(option.lenient(option.parse(text)));
            } catch (IllegalArgumentException e) {
                throw refuse(option.name(), String.valueOf(e.getMessage()));
            }
        }
        if (option.change() == Option.Change.NO) {
            if (value.equals(optional(option))) {
                return this;
            }
            throw refuse(
                    option.name(), "cannot be changed while the node runs; change it in the configuration and restart");
        }
        value.flatMap(changed -> option.rangeProblem(changed, text, this, Bound.When.RUNTIME))
                .ifPresent(problem -> {
                    throw refuse(option.name(), problem);
                });
        Map<Option<?>, Object> changedValues = new HashMap<>(values);
        Map<Option<?>, Source> changedSources = new HashMap<>(sources);
        changedValues.remove(option);
        value.ifPresent(changed -> changedValues.put(option, changed));
        changedSources.put(option, Source.RUNTIME);
        List<String> notes = new ArrayList<>(warnings);
        if (option.support().level() != Support.Level.HONOURED) {
            notes.add("runtime change: " + option.name() + " is " + option.support());
        }
        return new NodeConfig(changedValues, changedSources, notes, origin(option, text));
    }

    /** An order was carried out, and is none for another start. */
    private Origin origin(Option<?> changed, String text) {
        if (changed.change() == Option.Change.TRIGGER) {
            return origin;
        }
        Map<Option<?>, Resolver.Given> given = new HashMap<>(origin.given());
        given.put(changed, new Resolver.Given(text, Source.RUNTIME, false));
        return new Origin(given, origin.arbitrator());
    }

    private static ConfigException refuse(String place, String message) {
        String named = message.startsWith(place + ": ") ? message.substring(place.length() + 2) : message;
        return new ConfigException(List.of(new ConfigProblem(place, named)));
    }
}
