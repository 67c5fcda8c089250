namespace Hortus.Objects.Gardener;

/// <summary>Annotations that users, controllers and extensions exchange.</summary>
public static class GardenerAnnotations
{
    /// <summary>Asks for an operation such as <c>reconcile</c>; several are joined with <c>;</c>.</summary>
    public const string Operation = "gardener.cloud/operation";

    /// <summary>RFC 3339 time with nanoseconds at which <see cref="Operation"/> was set.</summary>
    public const string Timestamp = "gardener.cloud/timestamp";

    /// <summary><c>true</c> allows the deletion of a guarded object.</summary>
    public const string ConfirmationDeletion = "confirmation.gardener.cloud/deletion";

    /// <summary><c>true</c> makes the gardenlet delete a shoot without its usual care.</summary>
    public const string ConfirmationForceDeletion = "confirmation.gardener.cloud/force-deletion";

    /// <summary>User name of who confirmed a deletion.</summary>
    public const string DeletionConfirmedBy = "deletion.gardener.cloud/confirmed-by";

    /// <summary>User name of who created the object.</summary>
    public const string CreatedBy = "gardener.cloud/created-by";

    /// <summary>Name of the Secret with a kubeconfig that has a token file instead of a token.</summary>
    public const string GenericTokenKubeconfigSecretName = "generic-token-kubeconfig.secret.gardener.cloud/name";

    /// <summary>Joined task names such as <c>deployInfrastructure</c> for a shoot's next reconciliation.</summary>
    public const string ShootTasks = "shoot.gardener.cloud/tasks";

    /// <summary><c>true</c> stops the handling of a shoot.</summary>
    public const string ShootIgnore = "shoot.gardener.cloud/ignore";

    /// <summary><c>true</c> drops waits for readiness from a shoot's flow.</summary>
    public const string ShootSkipReadiness = "shoot.gardener.cloud/skip-readiness";

    /// <summary>RFC 3339 time after which a shoot is deleted.</summary>
    public const string ShootExpirationTimestamp = "shoot.gardener.cloud/expiration-timestamp";

    /// <summary>Most seconds that a node waits before it applies a new operating system configuration.</summary>
    public const string ShootCloudConfigExecutionMaxDelaySeconds =
        "shoot.gardener.cloud/cloud-config-execution-max-delay-seconds";

    /// <summary><c>managed</c> makes the garden serve the shoot's token issuer.</summary>
    public const string AuthenticationIssuer = "authentication.gardener.cloud/issuer";

    /// <summary>Any value stops the handling of all shoots of a seed.</summary>
    public const string SeedEmergencyStopShootReconciliations =
        "seed.gardener.cloud/emergency-stop-shoot-reconciliations";

    /// <summary>Marks a namespace that the project controller made and may delete.</summary>
    public const string NamespaceCreatedByProjectController = "namespace.gardener.cloud/created-by-project-controller";

    /// <summary><c>true</c> keeps a namespace when its project is deleted.</summary>
    public const string NamespaceKeepAfterProjectDeletion = "namespace.gardener.cloud/keep-after-project-deletion";

    /// <summary>Provider type of a domain Secret.</summary>
    public const string DnsProvider = "dns.gardener.cloud/provider";

    /// <summary>Domain of a domain Secret.</summary>
    public const string DnsDomain = "dns.gardener.cloud/domain";

    /// <summary>Zone of a domain Secret.</summary>
    public const string DnsZone = "dns.gardener.cloud/zone";

    /// <summary>Name of the ControllerRegistration's pod security level, put on its namespace.</summary>
    public const string PodSecurityEnforce = "security.gardener.cloud/pod-security-enforce";

    /// <summary>On a Garden: where the API servers of the virtual garden keep their objects, <c>embedded</c> (as without it) or
    /// <c>etcd</c>.</summary>
    public const string GardenStore = "operator.hortus.dev/store";

    /// <summary>On the Garden of a local garden, with the value true: what is not needed for a Shoot was left out.</summary>
    public const string MinimalGarden = "local.hortus.dev/minimal";

    /// <summary>Hash of everything for which a ControllerInstallation was written, so that its references change only with what
    /// matters.</summary>
    public const string InstallationInputs = "hortus.dev/controllerinstallation-inputs";

    /// <summary>Of a DNSRecord: version of the Secret with the credentials when the record was asked for.</summary>
    public const string CredentialsVersion = "hortus.dev/credentials-version";

    /// <summary>Type of a ControllerDeployment that is no Helm chart, in v1, which has no field for it.</summary>
    public const string ControllerDeploymentType = "migration.controllerdeployment.gardener.cloud/type";

    /// <summary>Provider configuration (JSON) of a ControllerDeployment that is no Helm chart, in v1.</summary>
    public const string ControllerDeploymentProviderConfig = "migration.controllerdeployment.gardener.cloud/providerConfig";

    /// <summary>Resources (JSON) of a ControllerDeployment in v1beta1, which has no field for them.</summary>
    public const string ControllerDeploymentResources = "migration.controllerdeployment.hortus.dev/resources";

    /// <summary>How long the agent of a node waits before it applies a new configuration, for example 1m30s.</summary>
    public const string NodeAgentReconciliationDelay = "node-agent.gardener.cloud/reconciliation-delay";

    /// <summary>Prefix of annotations of a node-critical pod; each value names a CSI driver that its node needs.</summary>
    public const string WaitForCsiNodePrefix = "node.gardener.cloud/wait-for-csi-node-";
}

/// <summary>Values of <see cref="GardenerAnnotations.Operation"/>.</summary>
public static class GardenerOperations
{
    public const string Reconcile = "reconcile";
    public const string Retry = "retry";
    public const string Maintain = "maintain";
    public const string Migrate = "migrate";
    public const string Restore = "restore";
    public const string WaitForState = "wait-for-state";
    public const string RenewKubeconfig = "renew-kubeconfig";
    public const string ForceRedeploy = "force-redeploy";

    /// <summary>On the Secret with a gardenlet's kubeconfig: get another certificate now.</summary>
    public const string Renew = "renew";
    public const string RotateCredentialsStart = "rotate-credentials-start";
    public const string RotateCredentialsComplete = "rotate-credentials-complete";
    public const string ForceInPlaceUpdate = "force-in-place-update";
}
