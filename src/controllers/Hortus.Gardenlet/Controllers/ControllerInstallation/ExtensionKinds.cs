using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Objects of one extension kind in the seed.</summary>
internal interface IExtensionKind
{
    /// <summary>The kind, such as <c>Infrastructure</c>.</summary>
    ResourceKind Resource { get; }

    /// <summary>Whether the objects were listed at least once.</summary>
    bool IsListed { get; }

    /// <summary>All objects, as of a short while ago.</summary>
    IEnumerable<ExtensionObject> Objects { get; }

    /// <summary>Puts keys into a controller's queue when an object comes, goes or changes its type or class.</summary>
    void Watch(IControllerBuilder controller, Func<ExtensionObject, IEnumerable<ObjectKey>> map);
}

/// <summary>The extension kinds of a seed.</summary>
internal static class ExtensionKinds
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, IExtensionKind> In(IControllerManager seed) => new IExtensionKind[]
    {
        new Watched<BackupBucket>(seed), new Watched<BackupEntry>(seed), new Watched<Bastion>(seed),
        new Watched<ContainerRuntime>(seed), new Watched<ControlPlane>(seed), new Watched<DNSRecord>(seed),
        new Watched<Extension>(seed), new Watched<Infrastructure>(seed), new Watched<Network>(seed),
        new Watched<OperatingSystemConfig>(seed), new Watched<SelfHostedShootExposure>(seed), new Watched<Worker>(seed),
    }.ToDictionary(kind => kind.Resource.Kind);

    private sealed class Watched<T>(IControllerManager seed) : IExtensionKind where T : ExtensionObject
    {
        private readonly IObjectCache<T> cache = seed.CacheOf<T>();

        public ResourceKind Resource { get; } = ResourceKind.Of<T>();

        public bool IsListed => cache.WaitForSyncAsync(CancellationToken.None).IsCompletedSuccessfully;

        public IEnumerable<ExtensionObject> Objects => cache.List();

        public void Watch(IControllerBuilder controller, Func<ExtensionObject, IEnumerable<ObjectKey>> map) =>
            controller.WatchesOn<T>(seed, map, (old, value) => WhatOf(old) != WhatOf(value));

        private static (string, string?)? WhatOf(T? value) =>
            value is null ? null : (value.ExtensionSpec.Type, value.ExtensionSpec.Class);
    }
}
