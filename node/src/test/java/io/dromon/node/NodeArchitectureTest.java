package io.dromon.node;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The rooms of this module: what each may know of the others. */
@ArchTag("unit")
@AnalyzeClasses(packages = "io.dromon.node", importOptions = ImportOption.DoNotIncludeTests.class)
final class NodeArchitectureTest {
    private static final String ROOT = "io.dromon.node";
    private static final String COMMAND_LINE = "io.dromon.node.cli";
    /** The public API, which is the root. */
    private static final String API = "api";

    /** Each room may import those that stand before it. */
    private static final List<String> ROOMS = List.of(
            API,
            "group",
            "writeset",
            "certification",
            "apply",
            "cache",
            "ist",
            "state",
            "engine",
            "credentials",
            "admin",
            "assembly",
            "doctor",
            "rebootstrap",
            "tap",
            "store",
            "kv",
            "cli");

    private static final String[] CORES = {
        "io.dromon.node.group..",
        "io.dromon.node.writeset..",
        "io.dromon.node.certification..",
        "io.dromon.node.ist.protocol..",
        "io.dromon.node.state.core..",
        "io.dromon.node.rebootstrap.core.."
    };

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(ROOT)) {
            return "";
        }
        return name.equals(ROOT) ? API : name.substring(ROOT.length() + 1).replaceFirst("[.].*", "");
    }

    private static final SliceAssignment BY_ROOM = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String room = room(type);
            return room.isEmpty() ? SliceIdentifier.ignore() : SliceIdentifier.of(room);
        }

        @Override
        public String getDescription() {
            return "rooms";
        }
    };

    @ArchTest
    static final ArchRule roomsAreFreeOfCircles =
            slices().assignedFrom(BY_ROOM).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesAreFreeOfCircles =
            slices().matching("(io.dromon.node..)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theApiKnowsNoRoom = noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.dromon.node.*..");

    @ArchTest
    static final ArchRule roomsKnowThoseBeforeThem = classes()
            .should(new ArchCondition<>("be in a room of the list and import those before it only") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    int own = ROOMS.indexOf(room(type));
                    if (own < 0) {
                        events.add(SimpleConditionEvent.violated(type, type.getName() + " is in no room of the list"));
                    }
                    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                        String other = room(dependency.getTargetClass());
                        if (!other.isEmpty() && ROOMS.indexOf(other) > own) {
                            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                        }
                    }
                }
            });

    @ArchTest
    static final ArchRule nothingImportsWhatPutsANodeTogether = noClasses()
            .that()
            .resideOutsideOfPackage("io.dromon.node.assembly..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.dromon.node.assembly..");

    @ArchTest
    static final ArchRule whatIsOptionalIsUsedByTheCommandLineAlone = noClasses()
            .that()
            .resideOutsideOfPackage(COMMAND_LINE + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "me.tongfei..", "ch.qos.logback..", "org.HdrHistogram..");

    @ArchTest
    static final ArchRule theStorageLibraryIsUsedByOneClass = noClasses()
            .that(not(resideInAPackage("io.dromon.node.store").and(nameMatching(".*[.]RocksEngine([$].*)?"))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule theStoreUsesTheApiAlone = classes()
            .that()
            .resideInAPackage("io.dromon.node.store..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.dromon.node",
                    "io.dromon.node.store..",
                    "io.dromon.config..",
                    "io.dromon.transport.wire..",
                    "io.dromon.transport.recovery..",
                    "java..",
                    "org.jspecify..",
                    "org.rocksdb..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule onlyTheMainClassStandsAboveTheCommands = classes()
            .that()
            .resideInAPackage(COMMAND_LINE)
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAPackage(COMMAND_LINE);

    @ArchTest
    static final ArchRule onlyTheCommandLineUsesTheDoctor = classes()
            .that()
            .resideInAPackage("io.dromon.node.doctor..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage("io.dromon.node.doctor..", COMMAND_LINE + "..");

    @ArchTest
    static final ArchRule snapshotsKnowTheMethodsAndNoGroup = classes()
            .that()
            .resideInAPackage("io.dromon.node.state.snapshot..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.dromon.node.state.snapshot..",
                    "io.dromon.node.ist.protocol..",
                    "io.dromon.sst..",
                    "io.dromon.transport.wire..",
                    "io.dromon.transport.tls..",
                    "io.dromon.config..",
                    "java..",
                    "org.slf4j..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule nettyStaysInItsRooms = noClasses()
            .that()
            .resideOutsideOfPackage("io.dromon.node.admin..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "io.netty.internal..");

    @ArchTest
    static final ArchRule nettyBuffersStayInTheCodecs = noClasses()
            .that()
            .resideOutsideOfPackages("io.dromon.node.admin..", "io.dromon.node.group..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..");

    @ArchTest
    static final ArchRule coresDoNoInputOrOutput = noClasses()
            .that()
            .resideInAnyPackage(CORES)
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.io..",
                            "java.net..",
                            "java.nio.file..",
                            "java.nio.channels..",
                            "javax.net..",
                            "org.slf4j..")
                    .and(not(type(ByteArrayOutputStream.class)))); // memory only

    @ArchTest
    static final ArchRule coresOwnNoThreads = noClasses()
            .that()
            .resideInAnyPackage(CORES)
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.util.concurrent..").and(not(type(TimeUnit.class)))) // arithmetic
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule coresOwnNoClockAndNoRandomness = noClasses()
            .that()
            .resideInAnyPackage(CORES)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Instant.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class);
}
