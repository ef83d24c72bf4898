package io.dromon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A cluster address, {@code gcomm://host[:port],...[?name=value&...]} (chapter 01 section 10, chapter 03 section 7.1).
 *
 * @param hosts as written, without empty ones; a missing port is {@link Address#NO_PORT}
 * @param query the options behind the question mark, in order; of a repeated name the first counts
 * @param bootstrap whether the address asks for a new group: no host at all, or {@code 0.0.0.0} first
 * @param notes what is accepted and ignored, for the warnings
 */
public record ClusterAddress(List<Address> hosts, Map<String, String> query, boolean bootstrap, List<String> notes) {
    private static final String SCHEME = "gcomm";

    /** Copies the lists. */
    public ClusterAddress {
        hosts = List.copyOf(hosts);
        query = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(query));
        notes = List.copyOf(notes);
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with the reason
     */
    public static ClusterAddress parse(String text) {
        int schemeEnd = text.indexOf("://");
        if (schemeEnd < 0) {
            throw new IllegalArgumentException(
                    "no '://'; write gcomm://host:port,host:port, or gcomm:// for a new group");
        }
        String scheme = text.substring(0, schemeEnd);
        if (!scheme.equals(SCHEME)) {
            throw new IllegalArgumentException("backend '" + scheme + "' is not supported, only gcomm");
        }
        List<String> notes = new ArrayList<>();
        String rest = text.substring(schemeEnd + 3);
        int question = rest.indexOf('?');
        Map<String, String> query = parseQuery(question < 0 ? "" : rest.substring(question + 1), notes);
        String authority = question < 0 ? rest : rest.substring(0, question);
        int slash = authority.indexOf('/');
        if (slash >= 0) {
            if (slash + 1 < authority.length()) {
                notes.add("the path '" + authority.substring(slash) + "' of the cluster address is ignored");
            }
            authority = authority.substring(0, slash);
        }
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            notes.add("the user name in the cluster address is ignored");
            authority = authority.substring(at + 1);
        }
        return withHosts(authority, query, notes);
    }

    private static ClusterAddress withHosts(String authority, Map<String, String> query, List<String> notes) {
        if (authority.isEmpty()) {
            return new ClusterAddress(List.of(), query, true, notes);
        }
        List<Address> hosts = new ArrayList<>();
        String[] parts = authority.split(",", -1);
        if (parts[0].isEmpty()) {
            // Galera 26.4.23 makes a new group of this; which is not what a list of hosts means
            throw new IllegalArgumentException("the first host is empty; write gcomm:// for a new group");
        }
        for (String part : parts) {
            if (!part.isEmpty()) {
                Address host = Address.parseHostPort("", part);
                if (host.port() == 0) {
                    throw new IllegalArgumentException("port 0 in '" + part + "' cannot be dialled");
                }
                hosts.add(host);
            }
        }
        boolean bootstrap = hosts.get(0).host().equals("0.0.0.0");
        if (!bootstrap && hosts.stream().allMatch(Address::isAny)) {
            throw new IllegalArgumentException("no address to connect to; write gcomm:// for a new group");
        }
        return new ClusterAddress(hosts, query, bootstrap, notes);
    }

    private static Map<String, String> parseQuery(String text, List<String> notes) {
        Map<String, String> query = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return query;
        }
        for (String part : text.split("&", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0 || equals != part.lastIndexOf('=')) {
                throw new IllegalArgumentException("'" + part + "' behind the question mark is not name=value");
            }
            String name = part.substring(0, equals);
            if (query.putIfAbsent(name, part.substring(equals + 1)) != null) {
                notes.add("'" + name + "' is given twice in the cluster address; the first counts");
            }
        }
        return query;
    }

    /** The addresses to dial: all but {@code 0.0.0.0} and {@code [::]}, with the default port where none is written. */
    public List<Address> dialled(int defaultPort) {
        return hosts.stream()
                .filter(host -> !host.isAny())
                .map(host -> host.hasPort() ? host : host.with("", defaultPort))
                .distinct()
                .toList();
    }

    /** The address as it would be written. */
    @Override
    public String toString() {
        String list = hosts.stream().map(Address::hostPort).collect(Collectors.joining(","));
        String options = query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("&"));
        return SCHEME + "://" + list + (options.isEmpty() ? "" : "?" + options);
    }
}
