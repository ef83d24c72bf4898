package io.dromon.it.repository;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The rules that hold over the classes of all modules. What concerns one module stands beside its code, in an architecture
 * test of its own.
 */
@ArchTag("unit")
@AnalyzeClasses(
        packages = "io.dromon",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoFixtures.class})
final class ArchitectureTest {
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
                    "io.dromon.node..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "io.netty.internal..");

    @ArchTest
    static final ArchRule nettyBuffersStayInTheCodecs = noClasses()
            .that()
            .resideOutsideOfPackages("io.dromon.transport..", "io.dromon.sst.tunnel..", "io.dromon.node..")
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
}
