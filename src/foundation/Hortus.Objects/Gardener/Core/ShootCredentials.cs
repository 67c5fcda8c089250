namespace Hortus.Objects.Gardener.Core;

/// <summary>State of a shoot's credentials.</summary>
public sealed record ShootCredentials : ApiType
{
    /// <summary>Rotations.</summary>
    public ShootCredentialsRotation? Rotation { get; init; }

    /// <summary>What is encrypted in etcd.</summary>
    public EncryptionAtRest? EncryptionAtRest { get; init; }
}

/// <summary>What is encrypted in etcd.</summary>
public sealed record EncryptionAtRest : ApiType
{
    /// <summary>Encrypted resources.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>How they are encrypted.</summary>
    [Required]
    public EncryptionProviderStatus Provider { get => field ??= new EncryptionProviderStatus(); init; }
}

/// <summary>How resources are encrypted.</summary>
public sealed record EncryptionProviderStatus : ApiType
{
    /// <summary>aescbc, aesgcm or secretbox.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}

/// <summary>Rotations of a shoot's credentials.</summary>
public sealed record ShootCredentialsRotation : ApiType
{
    /// <summary>Rotation of the certificate authorities.</summary>
    public CARotation? CertificateAuthorities { get; init; }

    /// <summary>Rotation of the SSH key of the nodes.</summary>
    public ShootSSHKeypairRotation? SshKeypair { get; init; }

    /// <summary>Rotation of the password for monitoring.</summary>
    public ObservabilityRotation? Observability { get; init; }

    /// <summary>Rotation of the key that signs service account tokens.</summary>
    public ServiceAccountKeyRotation? ServiceAccountKey { get; init; }

    /// <summary>Rotation of the key that encrypts etcd.</summary>
    public ETCDEncryptionKeyRotation? EtcdEncryptionKey { get; init; }
}

/// <summary>Rotation of certificate authorities.</summary>
public sealed record CARotation : ApiType
{
    /// <summary>Preparing, PreparingWithoutWorkersRollout, WaitingForWorkersRollout, Prepared, Completing or
    /// Completed.</summary>
    [Required]
    public string Phase { get => field ?? ""; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When the first half was done.</summary>
    public DateTimeOffset? LastInitiationFinishedTime { get; init; }

    /// <summary>When the second half was started.</summary>
    public DateTimeOffset? LastCompletionTriggeredTime { get; init; }

    /// <summary>Pools whose nodes still have the old certificates.</summary>
    public IReadOnlyList<PendingWorkersRollout>? PendingWorkersRollouts { get; init; }
}

/// <summary>Rotation of the SSH key of the nodes.</summary>
public sealed record ShootSSHKeypairRotation : ApiType
{
    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }
}

/// <summary>Rotation of the password for monitoring.</summary>
public sealed record ObservabilityRotation : ApiType
{
    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }
}

/// <summary>Rotation of the key that signs service account tokens.</summary>
public sealed record ServiceAccountKeyRotation : ApiType
{
    /// <summary>As for certificate authorities.</summary>
    [Required]
    public string Phase { get => field ?? ""; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When the first half was done.</summary>
    public DateTimeOffset? LastInitiationFinishedTime { get; init; }

    /// <summary>When the second half was started.</summary>
    public DateTimeOffset? LastCompletionTriggeredTime { get; init; }

    /// <summary>Pools whose nodes still use the old key.</summary>
    public IReadOnlyList<PendingWorkersRollout>? PendingWorkersRollouts { get; init; }
}

/// <summary>Rotation of the key that encrypts etcd.</summary>
public sealed record ETCDEncryptionKeyRotation : ApiType
{
    /// <summary>Preparing, Prepared, Completing or Completed.</summary>
    [Required]
    public string Phase { get => field ?? ""; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When the first half was done.</summary>
    public DateTimeOffset? LastInitiationFinishedTime { get; init; }

    /// <summary>When the second half was started.</summary>
    public DateTimeOffset? LastCompletionTriggeredTime { get; init; }

    /// <summary>Whether the second half starts by itself.</summary>
    public bool? AutoCompleteAfterPrepared { get; init; }
}
