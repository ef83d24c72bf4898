package io.dromon.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The rules that hold over the classes of all modules, and for the cores of the node. What concerns one module stands beside
 * its code, in an architecture test of its own.
 */
@AnalyzeClasses(
        packages = "io.dromon",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoFixtures.class})
final class ArchitectureTest {
    private static final String[] CORES = {
        "io.dromon.node.group..", "io.dromon.node.writeset..", "io.dromon.node.certification..",
    };

    /** The published fixtures of a module are tests as well. */
    static final class NoFixtures implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar") && !location.contains("/integration-tests/");
        }
    }

    @ArchTest
    static final ArchRule modulesPointDownwardOnly = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("config")
            .definedBy("io.dromon.config..")
            .layer("transport")
            .definedBy("io.dromon.transport..")
            .layer("sst")
            .definedBy("io.dromon.sst..")
            .layer("node")
            .definedBy("io.dromon.node..")
            .whereLayer("node")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("sst")
            .mayOnlyBeAccessedByLayers("node")
            .whereLayer("transport")
            .mayOnlyBeAccessedByLayers("node", "sst");

    @ArchTest
    static final ArchRule modulesAreFreeOfCycles =
            slices().matching("io.dromon.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule nettyStaysInItsRooms = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.dromon.transport.link..",
                    "io.dromon.transport.tls..",
                    "io.dromon.sst.tunnel..",
                    "io.dromon.node.admin..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "io.netty.internal..");

    @ArchTest
    static final ArchRule nettyBuffersStayInTheCodecs = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.dromon.transport..",
                    "io.dromon.sst.tunnel..",
                    "io.dromon.node.admin..",
                    "io.dromon.node.group..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..");

    @ArchTest
    static final ArchRule bouncyCastleOnlyReadsPem = noClasses()
            .that()
            .resideOutsideOfPackage("io.dromon.transport.tls.pem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle..");

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
