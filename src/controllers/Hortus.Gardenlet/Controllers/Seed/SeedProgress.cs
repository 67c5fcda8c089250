using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Reports in a Seed's status who looks after it, and how far that is.</summary>
internal sealed class SeedProgress(GardenletSurroundings surroundings, SeedStatusWriter status)
{
    /// <summary>What is to be done for a Seed.</summary>
    public static string OperationOf(Seed seed) => LastOperationType.For(seed.Metadata.IsDeleting(), seed.Status?.LastOperation);

    /// <summary>Says that the latest generation is being handled, by whom, and on what cluster; no request when all of that is
    /// known.</summary>
    public async Task<Seed> StartAsync(Seed seed, string operation, CancellationToken cancellationToken)
    {
        var facts = await FactsAsync(seed, cancellationToken);
        var known = seed.Status;
        return known is not null
            && known.ObservedGeneration == facts.ObservedGeneration
            && known.LastOperation?.Type == operation
            && known.KubernetesVersion == facts.KubernetesVersion
            && known.ClusterIdentity == facts.ClusterIdentity
            && known.ClientCertificateExpirationTimestamp == facts.ClientCertificateExpirationTimestamp
            && GardenletIdentity.Same(known.Gardener, surroundings.Identity)
            && Same(known.Capacity, facts.Capacity)
            && Same(known.Allocatable, facts.Allocatable)
                ? seed
                : await status.PatchAsync(
                    seed,
                    facts with { LastOperation = Of(operation, LastOperationState.Processing, 0, $"{TitleOf(operation)} has begun") },
                    cancellationToken);
    }

    /// <summary>A step waits for something.</summary>
    /// <param name="seed">The Seed.</param>
    /// <param name="operation">One of <see cref="LastOperationType"/>.</param>
    /// <param name="percent">Share of the steps that are done.</param>
    /// <param name="description">The step, and what it waits for.</param>
    /// <param name="tooLong">Whether it has waited for longer than it should.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<Seed> WaitAsync(
        Seed seed, string operation, int percent, string description, bool tooLong, CancellationToken cancellationToken) =>
        WriteAsync(
            seed, operation, tooLong ? LastOperationState.Error : LastOperationState.Processing, percent, description, cancellationToken);

    /// <summary>A step has failed and is tried again.</summary>
    public Task<Seed> FailAsync(Seed seed, string operation, int percent, string description, CancellationToken cancellationToken) =>
        WriteAsync(seed, operation, LastOperationState.Error, percent, description + ". Operation will be retried.", cancellationToken);

    /// <summary>All steps are done.</summary>
    public Task<Seed> SucceedAsync(Seed seed, string operation, CancellationToken cancellationToken) => status.PatchAsync(
        seed,
        new SeedStatus { LastOperation = Of(operation, LastOperationState.Succeeded, 100, $"{TitleOf(operation)} finished") },
        cancellationToken);

    private static string TitleOf(string operation) => operation switch
    {
        LastOperationType.Delete => "Seed deletion",
        LastOperationType.Create => "Seed creation",
        _ => "Seed reconciliation",
    };

    private static bool Same(IReadOnlyDictionary<string, Quantity>? one, IReadOnlyDictionary<string, Quantity>? other) =>
        other is null || (one is not null && other.All(
            entry => one.TryGetValue(entry.Key, out var value) && value.MilliValue == entry.Value.MilliValue));

    private async Task<SeedStatus> FactsAsync(Seed seed, CancellationToken cancellationToken) => new()
    {
        Gardener = surroundings.Identity,
        KubernetesVersion = await ClusterVersion.ReadAsync(surroundings.SeedClient, cancellationToken),
        ClusterIdentity = seed.Status?.ClusterIdentity
            ?? await SeedRegistration.IdentityAsync(surroundings.SeedClient, surroundings.SeedName, cancellationToken),
        ObservedGeneration = seed.Metadata.Generation,
        Capacity = surroundings.Capacity.Capacity,
        Allocatable = surroundings.Capacity.Allocatable,
        ClientCertificateExpirationTimestamp = surroundings.Pass?.Credentials.Validity?.NotAfter,
    };

    private async Task<Seed> WriteAsync(
        Seed seed, string operation, string state, int percent, string description, CancellationToken cancellationToken)
    {
        var last = seed.Status?.LastOperation;
        return last is not null && (last.Type, last.State, last.Progress, last.Description) == (operation, state, percent, description)
            ? seed
            : await status.PatchAsync(
                seed, new SeedStatus { LastOperation = Of(operation, state, percent, description) }, cancellationToken);
    }

    private LastOperation Of(string operation, string state, int percent, string description) => new()
    {
        Type = operation,
        State = state,
        Progress = percent,
        Description = description,
        LastUpdateTime = surroundings.Clock.GetUtcNow(),
    };
}
